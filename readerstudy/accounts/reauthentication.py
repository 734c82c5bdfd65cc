"""Before what cannot be undone, the person shows once more that it is them."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

View = Callable[..., HttpResponseBase]


def recently_authenticated(view: View) -> View:
    """Let through who has confirmed password or second factor within REAUTHENTICATION_TIMEOUT seconds.

    Everybody else does so first and comes back; a form that was being sent is sent on afterwards. Who has
    neither password nor second factor is asked to set a password.
    """
    confirmed: View = reauthentication_required(view)

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not get_reauthentication_flows(request.user):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('account_set_password')}?{query}")
        return confirmed(request, *args, **kwargs)

    return guarded


def recently_authenticated_to_act(view: View) -> View:
    """The same for a page that may be looked at without: only what is sent asks.

    A form is sent on after a password, not after the making of one; so who has nothing to confirm with is
    asked for it before anything is typed.
    """
    guarded = recently_authenticated(view)

    @login_required
    @wraps(view)
    def to_act(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        looks_only = request.method in ("GET", "HEAD") and bool(get_reauthentication_flows(request.user))
        return (view if looks_only else guarded)(request, *args, **kwargs)

    return to_act


def has_confirmed(request: HttpRequest) -> bool:
    """Whether the person has shown lately that it is them, for programs, which no page can ask."""
    return bool(get_reauthentication_flows(request.user)) and bool(did_recently_reauthenticate(request))
