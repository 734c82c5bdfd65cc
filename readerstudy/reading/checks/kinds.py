"""Whether what was said to an item is an answer of its kind. Each returns it as it is stored."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.reading.answer import Said
from readerstudy.reading.checks.asked import Asked, check_count, listed
from readerstudy.reading.checks.points import check_mark, check_measure
from readerstudy.reading.errors import UnknownSlot

NOTHING = "none"
STEP_TOLERANCE = 1e-6


def checked(asked: Asked, said: Said) -> Said:
    """Return what was said as it is stored. Raises AnswerRefused with a sentence if it is no answer."""
    if said.missing is not None:
        return _check_missing(asked, said)
    _check_fields(asked, said)
    return _checked_confidence(asked, KINDS[asked.item.kind](asked, said))


def _check_missing(asked: Asked, said: Said) -> Said:
    """Who skips a question says nothing else. Whether time may run out is for the section to say."""
    if said.missing == "skip" and not asked.item.skip:
        raise asked.refused(_("{question} cannot be skipped; answer it."))
    if said.missing not in ("skip", "time"):
        raise asked.refused(
            _("{question}: “missing” is “{given}”; it can be skip or time."), given=said.missing
        )
    return Said(item=said.item, slot=said.slot, missing=said.missing)


def _check_fields(asked: Asked, said: Said) -> None:
    item = asked.item
    takes = {
        "value": item.kind != "mark",
        "other": item.kind in ("choice", "choices") and bool(item.other),
        "confidence": bool(item.confidence) and item.kind != "mark",
        "points": item.kind in ("mark", "measure"),
    }
    for name, is_taken in takes.items():
        if getattr(said, name) is not None and not is_taken:
            raise asked.refused(_("{question} takes no “{field}”; leave it out."), field=name)


def _checked_confidence(asked: Asked, said: Said) -> Said:
    steps = asked.item.confidence
    if not steps or asked.item.kind == "mark":
        return said
    if said.confidence is None:
        raise asked.incomplete(_("{question}: say how sure you are."))
    if not 1 <= said.confidence <= steps:
        raise asked.off_scale(
            _("{question}: the confidence is {given}; it goes from 1 to {most}."),
            given=said.confidence,
            most=steps,
        )
    return said


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_scale(asked: Asked, said: Said) -> Said:
    points = asked.item.scale.points if asked.item.scale else ()
    if not _is_number(said.value) or said.value not in points:
        raise asked.off_scale(
            _("{question}: {given} is not on the scale; choose from {allowed}."),
            given=said.value,
            allowed=listed(points),
        )
    return replace(said, value=int(said.value))


def _check_choice(asked: Asked, said: Said) -> Said:
    said = _without_empty_other(asked, said)
    if (said.value is None) == (said.other is None):
        raise asked.refused(_("{question}: choose an option, or say something else, and not both."))
    if said.value is not None:
        _check_options(asked, (said.value,))
    return said


def _check_choices(asked: Asked, said: Said) -> Said:
    """In the order of the protocol; an empty list is the answer that takes nothing."""
    said = _without_empty_other(asked, said)
    if not isinstance(said.value, tuple):
        raise asked.refused(_("{question}: send a list of options."))
    _check_options(asked, said.value)
    if len(set(said.value)) < len(said.value):
        raise asked.refused(_("{question}: an option is chosen twice; choose it once."))
    check_count(asked, len(said.value) + (said.other is not None))
    return replace(said, value=tuple(value for value in asked.options if value in said.value))


def _without_empty_other(asked: Asked, said: Said) -> Said:
    if said.other is not None and not said.other.strip():
        raise asked.incomplete(_("{question}: say what else it is."))
    return said


def _check_options(asked: Asked, values: tuple[Any, ...]) -> None:
    for value in values:
        if value not in asked.options:
            raise asked.off_scale(
                _("{question}: “{given}” is no option; choose from {allowed}."),
                given=value,
                allowed=listed(asked.options),
            )


def _check_number(asked: Asked, said: Said) -> Said:
    value, item = said.value, asked.item
    if not _is_number(value):
        raise asked.refused(_("{question}: send a number."))
    if item.low is not None and value < item.low:
        raise asked.off_scale(_("{question}: {given} is below {least:g}."), given=value, least=item.low)
    if item.high is not None and value > item.high:
        raise asked.off_scale(_("{question}: {given} is above {most:g}."), given=value, most=item.high)
    if item.step:
        steps = (value - (item.low or 0)) / item.step
        if abs(steps - round(steps)) > STEP_TOLERANCE:
            raise asked.off_scale(
                _("{question}: {given} is not in steps of {step:g} from {start:g}."),
                given=value,
                step=item.step,
                start=item.low or 0,
            )
    return said


def _check_text(asked: Asked, said: Said) -> Said:
    if not isinstance(said.value, str) or not said.value.strip():
        raise asked.incomplete(_("{question}: write something."))
    most = asked.item.most
    if most is not None and len(said.value) > most:
        raise asked.refused(
            _("{question}: the text has {given} characters; at most {most} are kept."),
            given=len(said.value),
            most=most,
        )
    return said


def _check_letter(asked: Asked, said: Said) -> Said:
    """An image of the screen, or “none” where the item says so."""
    allowed = (*asked.letters, NOTHING) if asked.item.kind == "prefer" and asked.item.none else asked.letters
    if said.value not in allowed:
        raise UnknownSlot(
            _("{question}: there is no image “{given}”; choose from {allowed}.").format(
                question=asked.name, given=said.value, allowed=listed(allowed)
            )
        )
    return said


def _check_rank(asked: Asked, said: Said) -> Said:
    if not isinstance(said.value, tuple) or sorted(map(str, said.value)) != sorted(asked.letters):
        raise asked.refused(
            _("{question}: name each image once, the best first: {allowed}."), allowed=listed(asked.letters)
        )
    return said


KINDS: dict[str, Callable[[Asked, Said], Said]] = {
    "scale": _check_scale,
    "choice": _check_choice,
    "choices": _check_choices,
    "number": _check_number,
    "text": _check_text,
    "pick": _check_letter,
    "prefer": _check_letter,
    "rank": _check_rank,
    "mark": check_mark,
    "measure": check_measure,
}
