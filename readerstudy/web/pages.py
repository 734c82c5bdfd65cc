"""Responses after a POST: redirect to the next page with a message."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse


def done(request: HttpRequest, said: str, to: str, *arguments: str) -> HttpResponseBase:
    """Redirect with a message that says what was done."""
    messages.success(request, said)
    return redirect(to, *arguments)


def refused(request: HttpRequest, error: Exception, to: str, *arguments: str) -> HttpResponseBase:
    """Redirect with a message that says why it was refused."""
    messages.error(request, str(error))
    return redirect(to, *arguments)


def sign_in_url(back: str) -> str:
    """Return where to sign in and come back to an address afterwards."""
    return f"{reverse('account_login')}?{urlencode({'next': back})}"
