"""Whether an item is asked, given what was answered above it."""

from collections.abc import Mapping

from readerstudy.reading.answer import Said
from readerstudy.studies.protocol import Condition, Item

#: What was said so far, by item and letter; without a letter of the whole screen.
Given = Mapping[tuple[str, str | None], Said]


def is_asked(item: Item, slot: str | None, given: Given, letters: tuple[str, ...]) -> bool:
    """Whether all conditions of an item hold. One that nobody answered does not."""
    return all(_holds(condition, slot, given, letters) for condition in item.when)


def _holds(condition: Condition, slot: str | None, given: Given, letters: tuple[str, ...]) -> bool:
    """Look at the same image, else at the whole screen; from the whole screen at its only image."""
    where = (slot, None) if slot is not None else (None, *letters[:1])
    said = next((given[condition.item, at] for at in where if (condition.item, at) in given), None)
    return said is not None and said.missing is None and _fits(condition, said)


def _fits(condition: Condition, said: Said) -> bool:
    if condition.values:
        values = said.value if isinstance(said.value, tuple) else (said.value,)
        return any(value is not None and str(value) in condition.values for value in values)
    number = said.value
    if not isinstance(number, int | float):
        return False
    return (condition.at_least is None or number >= condition.at_least) and (
        condition.at_most is None or number <= condition.at_most
    )
