"""Ending in good order when SIGTERM asks for it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stop_signal() -> Iterator[Callable[[], bool]]:
    """SIGTERM asks for an end after the current step or image; a second one ends at once."""
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    try:
        before = signal.signal(signal.SIGTERM, ask)
    except ValueError:  # not in the main thread: whoever runs the thread asks through should_stop
        yield lambda: False
        return
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGTERM, before)
