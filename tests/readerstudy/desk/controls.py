"""The form of a protocol as a browser sends it."""

from collections.abc import Iterable

from readerstudy.desk.protocol.builder.form import Control


def flat(controls: Iterable[Control]) -> Iterable[Control]:
    """The controls that take input."""
    for control in controls:
        if control.counts:
            yield from control.counts
        else:
            yield control
