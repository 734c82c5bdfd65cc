"""The way in by invitation, and a person's own page."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from readerstudy.accounts import claim as claiming
from readerstudy.accounts.errors import (
    InvitationClaimed,
    InvitationIsForSomebodyElse,
    InvitationRefused,
    InvitationUnknown,
)
from readerstudy.accounts.models import User


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites; accept on the press of the button only, because mail scanners open links."""
    by = request.user if isinstance(request.user, User) else None
    try:
        if request.method == "POST":
            return _accept(request, token, by)
        found = claiming.claimable(token, by=by)
    except InvitationRefused as refusal:
        return _refused(request, refusal, by)
    if found.state == "claimed":
        return redirect("/")
    return render(request, "accounts/invitation.html", {"invitation": found})


def _accept(request: HttpRequest, token: str, by: User | None) -> HttpResponse:
    person = claiming.claim(token, by=by).by
    if by is not None:
        return redirect("/")
    get_adapter().login(request, person)
    return redirect("account_set_password")


def _refused(request: HttpRequest, refusal: InvitationRefused, by: User | None) -> HttpResponse:
    signing_in_helps = by is None and isinstance(refusal, InvitationClaimed | InvitationIsForSomebodyElse)
    return render(
        request,
        "accounts/invitation.html",
        {"refusal": str(refusal), "offer_sign_in": signing_in_helps},
        status=404 if isinstance(refusal, InvitationUnknown) else 410 if by is None else 403,
    )


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to the person who is signed in: password, second factor, tokens."""
    return render(request, "accounts/account.html")
