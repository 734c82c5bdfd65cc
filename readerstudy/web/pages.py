"""Responses that many pages give: redirects with a message after a POST, and files."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
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


def text_file(text: str, name: str, media_type: str = "text/csv") -> HttpResponse:
    """Return a text as a file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{media_type}; charset=utf-8", headers=headers)


def sign_in_url(back: str) -> str:
    """Return where to sign in and come back to an address afterwards."""
    return f"{reverse('account_login')}?{urlencode({'next': back})}"
