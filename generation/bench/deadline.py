"""The time that a part of the benchmark may take."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TimeIsUp(BaseException):
    """The time of a part is over. No Exception, so that no library on the way up takes it for its own."""


class Deadline:
    """So many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def passed(self) -> bool:
        return time.monotonic() >= self._end

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raises TimeIsUp in the middle of what runs, in a main thread where the system has alarms."""

        def ring(_number: int, _frame: object) -> None:
            raise TimeIsUp

        try:
            before = signal.signal(signal.SIGALRM, ring)
        except (AttributeError, ValueError):
            yield
            return
        try:
            signal.setitimer(signal.ITIMER_REAL, max(1e-3, self._end - time.monotonic()))
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
