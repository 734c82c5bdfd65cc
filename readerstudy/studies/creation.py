"""Let the apps above add to a study when it is created: `studies` cannot import them, so they register."""

from collections.abc import Callable, Mapping

from readerstudy.studies.models import Study

Addition = Callable[[Study], Mapping[str, str]]

_additions: list[Addition] = []


def at_creation(addition: Addition) -> Addition:
    """Call `addition` in the transaction that creates a study; what it returns is recorded with it."""
    if addition not in _additions:
        _additions.append(addition)
    return addition


def added_at_creation(study: Study) -> dict[str, str]:
    return {name: value for addition in _additions for name, value in addition(study).items()}
