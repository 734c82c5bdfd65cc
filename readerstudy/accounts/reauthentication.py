"""Steps that cannot be undone ask the person to confirm their identity first."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from readerstudy.accounts.models import User

View = Callable[..., HttpResponseBase]


def recently_authenticated(view: View) -> View:
    """Let through whoever confirmed their identity within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    Everybody else confirms first and comes back; a form that was being sent is sent on afterwards. Somebody
    with neither password nor second factor is led to choose a password (`middleware.NothingToConfirmWith`).
    """
    guarded: View = login_required(reauthentication_required(view))
    return guarded


def recently_authenticated_to_act(view: View) -> View:
    """Allow reading the page without confirmation; only sending its form asks.

    A form is sent on after a password is confirmed, not after one is chosen; so somebody who has nothing to
    confirm with is asked to choose a password before they type anything.
    """
    guarded = recently_authenticated(view)

    @login_required
    @wraps(view)
    def to_act(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        looks_only = request.method in ("GET", "HEAD") and can_confirm(request.user)
        return (view if looks_only else guarded)(request, *args, **kwargs)

    return to_act


def can_confirm(user: User | AnonymousUser) -> bool:
    """Return whether the person has a password or a second factor."""
    return bool(get_adapter().get_reauthentication_methods(user))


def has_confirmed(request: HttpRequest | Request) -> bool:
    """Return whether the person confirmed recently, for programs, which cannot be shown a page."""
    try:
        _confirm(request)
    except ReauthenticationRequired:
        return False
    return True


@reauthentication_required  # type: ignore[untyped-decorator]
def _confirm(request: HttpRequest | Request) -> None:
    """Raise where the decorator does."""
