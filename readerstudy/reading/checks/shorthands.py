"""The four tasks are items with fields of their own: what the fields say becomes entries, and back.

One check goes over all entries. A field holds one answer, so that of several images only ratings have one;
and it holds answers alone, so that what is missing stays an entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.reading.answer import Answer, Said
from readerstudy.reading.checks.asked import listed
from readerstudy.reading.errors import AnswerRefused
from readerstudy.studies.protocol import Item, SectionDocument
from readerstudy.studies.protocol.shorthands import CALL, OBSERVED, PICK, RATING, VERDICT

#: The field of an answer that holds a shorthand item.
FIELDS = {"pick": PICK, "call": CALL, "verdict": VERDICT, "ratings": RATING}


def as_entries(answer: Answer, section: SectionDocument, letters: tuple[str, ...]) -> list[Said]:
    """Return all that an answer says as entries, in whichever form it was sent."""
    short = {item.name: item for item in section.items if item.task}
    _refuse_strange_fields(answer, short)
    only = letters[0] if len(letters) == 1 else None
    found = [Said(item=PICK, value=answer.pick)] if answer.pick is not None else []
    for name, value in ((CALL, answer.call), (VERDICT, answer.verdict)):
        if value is not None:
            sure = answer.confidence if name == CALL else None
            found.append(Said(item=name, slot=only, value=value, confidence=sure))
    found += [Said(item=RATING, slot=slot, value=points) for slot, points in answer.ratings.items()]
    found += [
        Said(item=f"{OBSERVED}{label}", slot=only, value=value) for label, value in answer.observed.items()
    ]
    return [*found, *answer.items]


def _refuse_strange_fields(answer: Answer, short: Mapping[str, Item]) -> None:
    """Refuse fields of tasks that the section does not have."""
    for field, name in FIELDS.items():
        if getattr(answer, field) not in (None, {}) and name not in short:
            raise _strange(field)
    if answer.observed and VERDICT not in short:
        raise _strange("observed")
    for label in answer.observed:
        if f"{OBSERVED}{label}" not in short:
            sentence = _("There is no label “{given}”; choose from {allowed}.")
            labels = (name.removeprefix(OBSERVED) for name in short if name.startswith(OBSERVED))
            raise AnswerRefused(sentence.format(given=label, allowed=listed(labels)))
    if answer.confidence is not None and not (CALL in short and short[CALL].confidence):
        raise _strange("confidence")


def _strange(field: str) -> AnswerRefused:
    return AnswerRefused(_("This section does not ask for “{name}”; leave it out.").format(name=field))


def as_answer(answer: Answer, entries: Iterable[Said], items: Mapping[str, Item], *, images: int) -> Answer:
    """Return the answer as it is stored: in fields what they can hold, the rest as entries."""
    fields: dict[str, Any] = {"pick": None, "call": None, "confidence": None, "verdict": None}
    ratings: dict[str, Any] = {}
    observed: dict[str, Any] = {}
    rest = []
    for said in entries:
        has_field = said.item in (PICK, RATING) or images == 1
        if not items[said.item].task or said.missing is not None or not has_field:
            rest.append(said)
        elif said.item == RATING and said.slot is not None:
            ratings[said.slot] = said.value
        elif said.item.startswith(OBSERVED):
            observed[said.item.removeprefix(OBSERVED)] = said.value
        else:
            fields[said.item] = said.value
            fields["confidence"] = fields["confidence"] if said.confidence is None else said.confidence
    return replace(answer, **fields, ratings=ratings, observed=observed, items=tuple(rest))


def requests(lacking: Iterable[tuple[Item, str | None]]) -> Iterator[str]:
    """Yield what tasks say to whom an answer of theirs is missing."""
    asked: dict[str, list[str]] = {}
    for item, slot in lacking:
        asked.setdefault(item.name, []).append(slot or "")
    sentences = {
        PICK: _("Mark the image that you think is real."),
        RATING: _("Rate every image; still missing: {images}."),
        CALL: _("Say whether the image is real or synthetic."),
        VERDICT: _("Say whether the label fits the image."),
    }
    for name, slots in asked.items():
        if name in sentences:
            yield sentences[name].format(images=listed(slots))
