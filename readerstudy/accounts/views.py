"""The way in by invitation, and a person's own page."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from readerstudy.accounts import claim as claiming
from readerstudy.accounts.devices import remember, user_and_number_of
from readerstudy.accounts.errors import (
    InvitationClaimed,
    InvitationIsForSomebodyElse,
    InvitationRefused,
    InvitationUnknown,
)
from readerstudy.accounts.forms import ApiTokenForm
from readerstudy.accounts.hospital_sign_in import disconnect, is_connected
from readerstudy.accounts.issue_token import issue_token
from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import can_confirm, recently_authenticated
from readerstudy.accounts.second_factor import needs_second_factor
from readerstudy.accounts.sessions import signed_in_just_now


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
    claimed = claiming.claim(token, by=by, language=get_language() or "")
    if by is not None:
        return redirect("/")
    get_adapter().login(request, claimed.by)
    return remember(request, redirect(f"{reverse('account_set_password')}?next=/"), claimed.by)


def _refused(request: HttpRequest, refusal: InvitationRefused, by: User | None) -> HttpResponse:
    signing_in_helps = by is None and isinstance(refusal, InvitationClaimed | InvitationIsForSomebodyElse)
    return render(
        request,
        "accounts/invitation.html",
        {"refusal": str(refusal), "offer_sign_in": signing_in_helps},
        status=404 if isinstance(refusal, InvitationUnknown) else 410 if by is None else 403,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """Make this browser known for an account that guessing has closed to unknown ones."""
    found = user_and_number_of(token)
    if found is None:
        return render(request, "accounts/unlock.html", {"too_old": True}, status=404)
    if request.method != "POST":
        return render(request, "accounts/unlock.html")
    user, number = found
    messages.success(request, _("This browser can sign in now."))
    return remember(request, redirect("account_login"), user, number=number)


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to the person who is signed in: password, second factor, tokens."""
    who = person(request)
    factors = Authenticator.objects.filter(user=who).exclude(type=Authenticator.Type.RECOVERY_CODES)
    context = {
        "factors": [factor.get_type_display() for factor in factors],
        "needs_second_factor": needs_second_factor(who),
        "hospital_connected": is_connected(who),
        "may_connect": can_confirm(who) or signed_in_just_now(request),
    }
    return render(request, "accounts/account.html", context)


@recently_authenticated
@require_POST
def disconnect_hospital(request: HttpRequest) -> HttpResponse:
    who = person(request)
    disconnect(who, by=who)
    return redirect("account")


@never_cache
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def api_tokens(request: HttpRequest) -> HttpResponse:
    """A person's tokens; a new one's key is on this page once."""
    who, raw = person(request), ""
    form = ApiTokenForm(request.POST or None, owner=who)
    if request.method == "POST" and form.is_valid():
        named = form.cleaned_data
        raw = issue_token(named["name"], by=who, scopes=named["scopes"], valid_for=form.valid_for)[1]
        form = ApiTokenForm(owner=who)
    tokens = who.api_tokens.select_related("revocation")
    return render(request, "accounts/tokens.html", {"form": form, "tokens": tokens, "raw": raw})


@recently_authenticated
@require_POST
def revoke_api_token(request: HttpRequest, pk: int) -> HttpResponse:
    who = person(request)
    get_object_or_404(who.api_tokens, pk=pk).revoke(by=who)
    return redirect("api_tokens")
