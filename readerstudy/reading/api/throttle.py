"""Far more than a person can do, far less than a script in a loop would."""

import math
import time
from typing import Any, ClassVar

from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S = 10


class Generous(BaseThrottle):
    """Counts a person's requests in windows of ten seconds: one counter each, however many requests."""

    most = 400
    scope = "reading"
    clock: ClassVar[Any] = staticmethod(time.time)

    def __init__(self) -> None:
        self.now = self.clock()

    def allow_request(self, request: Request, view: Any) -> bool:
        who = request.user.pk or self.get_ident(request)
        key = f"throttle:{self.scope}:{who}:{int(self.now // WINDOW_S)}"
        cache = caches["throttle"]
        cache.add(key, 0, timeout=2 * WINDOW_S)
        return bool(cache.incr(key) <= self.most)

    def wait(self) -> float:
        return float(math.ceil(WINDOW_S - self.now % WINDOW_S))


class GenerousWithPixels(Generous):
    """Pictures come several at a time."""

    most = 1_600
    scope = "pixels"
