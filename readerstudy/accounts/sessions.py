"""How long a browser has been signed in, and how long nobody has used it."""

import time

from django.conf import settings
from django.http import HttpRequest

_LAST_SEEN, _SIGNED_IN = "last_seen", "signed_in_since"
# How coarsely the time of the last request is kept: writing it at each one would cost more than it tells.
_GRAIN_S = 60


def idle_s(request: HttpRequest) -> int:
    """Return the seconds since the last request, to about a minute."""
    now = int(time.time())
    return now - int(request.session.get(_LAST_SEEN, now))


def signed_in_for_s(request: HttpRequest) -> int:
    """Return the seconds since this browser signed in, counted from the first call."""
    now = int(time.time())
    return now - int(request.session.setdefault(_SIGNED_IN, now))


def signed_in_just_now(request: HttpRequest) -> bool:
    """Return whether somebody with nothing to confirm their identity with may choose something now."""
    return signed_in_for_s(request) <= settings.FIRST_PASSWORD_MINUTES * 60


def note_use(request: HttpRequest) -> None:
    """Keep the time of this request, unless it is kept already."""
    if idle_s(request) >= _GRAIN_S or _LAST_SEEN not in request.session:
        request.session[_LAST_SEEN] = int(time.time())
