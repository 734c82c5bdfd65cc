"""The verdict on a reader's screen, kept by the browser that stands before it.

A cookie of its own and not the session, so that a reader whose session ended in the middle of a trial
signs in and is back there, not at the display check. It is signed for its reader and study.
"""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.http.response import HttpResponseBase

from readerstudy.accounts.models import User

KEPT_S = 12 * 3600


def kept_check(cookies: Mapping[str, str], slug: str, *, by: User) -> dict[str, Any] | None:
    """What was measured and how it was judged; None where this screen has yet to be checked."""
    signed = cookies.get(_name(slug), "")
    try:
        return cast("dict[str, Any]", signing.loads(signed, salt=_salt(slug, by), max_age=KEPT_S))
    except signing.BadSignature:
        return None


def keep_check(response: HttpResponseBase, slug: str, check: Mapping[str, Any], *, by: User) -> None:
    response.set_cookie(
        _name(slug),
        signing.dumps(dict(check), salt=_salt(slug, by)),
        max_age=KEPT_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _name(slug: str) -> str:
    return f"display-{slug}"


def _salt(slug: str, by: User) -> str:
    return f"display check of {by.pk} in {slug}"
