"""What one answer says to each item of its section, whether columns of tasks hold it or items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from readerstudy.reading.answer import Said
from readerstudy.reading.checks.conditions import is_asked
from readerstudy.studies.protocol import Item, SectionDocument
from readerstudy.studies.protocol.shorthands import CALL, OBSERVED, PICK, RATING, VERDICT

Entry = Mapping[str, Any]
Where = tuple[str, str | None]
#: An item that was asked and not answered: optional, and passed over.
LEFT: Entry = {"value": None, "other": None, "confidence": None, "points": None, "missing": "left"}


class Stored(NamedTuple):
    """The columns of one answer. Slots are letters; `ratings` are by letter."""

    pick: str | None
    call: str
    confidence: int | None
    verdict: str
    observed: Mapping[str, str]
    ratings: Mapping[str, int]
    items: Sequence[Entry] | None


def entries_of(stored: Stored, letters: tuple[str, ...]) -> dict[Where, Entry]:
    """Return all that an answer says, by item and letter; without a letter it is said of the whole screen."""
    found: dict[Where, Entry] = {(one["item"], one["slot"]): one for one in stored.items or ()}
    only = letters[0] if letters else None
    if stored.pick is not None:
        found[PICK, None] = _entry(stored.pick)
    if stored.call:
        found[CALL, only] = _entry(stored.call, stored.confidence)
    if stored.verdict:
        found[VERDICT, only] = _entry(stored.verdict)
    for label, value in stored.observed.items():
        found[f"{OBSERVED}{label}", only] = _entry(value)
    for letter, points in stored.ratings.items():
        found[RATING, letter] = _entry(points)
    return found


def _entry(value: Any, confidence: int | None = None) -> Entry:
    return {"value": value, "other": None, "confidence": confidence, "points": None, "missing": None}


def asked_in(
    section: SectionDocument, letters: tuple[str, ...], entries: Mapping[Where, Entry]
) -> Iterator[tuple[Item, str | None, Entry]]:
    """Yield each question that was asked on a screen with what was said, in the order of the protocol.

    A question whose condition does not hold was not asked. Without letters it is the page of questions.
    """
    given: dict[Where, Said] | None = None
    for item in section.trial_items if letters else section.section_items:
        for slot in letters if item.of == "image" else (None,):
            entry = entries.get((item.name, slot))
            if entry is None and item.when:
                given = given if given is not None else _given(entries)
                if not is_asked(item, slot, given, letters):
                    continue
            yield item, slot, LEFT if entry is None else entry


def _given(entries: Mapping[Where, Entry]) -> dict[Where, Said]:
    return {
        (name, slot): Said.from_dict({**entry, "item": name, "slot": slot})
        for (name, slot), entry in entries.items()
    }
