"""Throttles: far above what a person can do, far below what a script in a loop would."""

import math
import time
from typing import Any, ClassVar

from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from readerstudy.accounts.shared_counts import count_one

WINDOW_S = 10


class Generous(BaseThrottle):
    """Counts a person's requests in windows of ten seconds, over all web processes.

    A sixteenth of what is allowed is counted in memory before it is written: a person writes next to nothing,
    and a script gets at most a sixteenth more from each further process.
    """

    most = 400
    scope = "reading"
    clock: ClassVar[Any] = staticmethod(time.time)

    def __init__(self) -> None:
        self.now = self.clock()

    def allow_request(self, request: Request, view: Any) -> bool:
        who = request.user.pk or self.get_ident(request)
        key = f"throttle:{self.scope}:{who}:{int(self.now // WINDOW_S)}"
        counted = count_one(caches["throttle"], key, batch=max(1, self.most // 16), seconds=2 * WINDOW_S)
        return counted <= self.most

    def wait(self) -> float:
        return float(math.ceil(WINDOW_S - self.now % WINDOW_S))


class GenerousWithPixels(Generous):
    """Allows more requests, because a screen loads several images."""

    most = 1_600
    scope = "pixels"
