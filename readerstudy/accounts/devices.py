"""Browsers that somebody has signed in with before: failures of others do not lock them out.

A cookie names, for each account used in this browser, a random number that its failures are counted under. It
signs nobody in. A browser on a shared workstation keeps several.
"""

import secrets
from typing import TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.crypto import salted_hmac

from readerstudy.accounts.models import User

COOKIE = "known_devices"
KEPT_ACCOUNTS = 20
KEPT_S = 365 * 86_400
UNLOCK_S = 86_400
_SALT = "readerstudy.known-devices"
_UNLOCK_SALT = "readerstudy.unlock"

Response = TypeVar("Response", bound=HttpResponseBase)


def device_of(request: HttpRequest, email: str) -> str | None:
    """Return the number of this browser for an account, or None if it has not signed in to it."""
    return _known(request).get(_digest(email))


def remember(request: HttpRequest, response: Response, user: User, *, number: str = "") -> Response:
    known, account = _known(request), _digest(user.email)
    kept = known.pop(account, None)
    known[account] = number or kept or secrets.token_urlsafe(12)
    response.set_cookie(
        COOKIE,
        signing.dumps(dict(list(known.items())[-KEPT_ACCOUNTS:]), salt=_SALT),
        max_age=KEPT_S,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def unlock_link(user: User) -> str:
    """Return a link to mail, which makes the browser that opens it known for a day's worth of trying."""
    token = signing.dumps([user.pk, secrets.token_urlsafe(12)], salt=_UNLOCK_SALT)
    return settings.SITE_URL + reverse("unlock", args=[token])


def user_and_number_of(token: str) -> tuple[User, str] | None:
    """Return whose link it is and the number it gives. Opened twice it gives the same: no second counter."""
    try:
        pk, number = signing.loads(token, salt=_UNLOCK_SALT, max_age=UNLOCK_S)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return (user, number) if user is not None else None


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT_S)
    except signing.BadSignature:
        return {}
    return dict(known)


def _digest(email: str) -> str:
    """Return an account as the cookie names it, so that the next person at this browser learns no address."""
    return salted_hmac(_SALT, email.lower(), algorithm="sha256").hexdigest()[:16]
