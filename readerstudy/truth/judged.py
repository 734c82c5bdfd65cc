"""Compare the answers to a screen with the truth of its images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readerstudy.reading.answer import Answer, Said
from readerstudy.reading.checks.conditions import is_asked
from readerstudy.reading.checks.shorthands import as_entries
from readerstudy.reading.models import Presentation, Response
from readerstudy.studies.models import Enrolment, Section
from readerstudy.studies.protocol import Item, ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.staircase import has_truth
from readerstudy.truth.judging import ImageTruth, NoSuchTruth, is_right, is_target, truth_in
from readerstudy.truth.models import Key


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One question with a truth: whether the answer is right, and what would have been."""

    item: Item
    slot: str | None
    right: bool
    truth: Any


def origins_of(presentation: Presentation) -> dict[str, ImageTruth]:
    """What each image of a screen really is, by its letter; its reference left out."""
    return {letter: origin_of(key) for letter, key in keys_of(presentation).items()}


def keys_of(presentation: Presentation) -> dict[str, Key]:
    """The keys of the images on a screen, by letter; its reference left out."""
    slots = [slot for slot in presentation.screen_slots if not slot.is_reference]
    keys = Key.objects.filter(trial_image__in=[slot.trial_image_id for slot in slots])
    by_image = {key.trial_image_id: key for key in keys.select_related("provenance__source")}
    return {slot.letter: by_image[slot.trial_image_id] for slot in slots}


def origin_of(key: Key) -> ImageTruth:
    source = key.provenance.source
    labels = {name: str(value) for name, value in key.provenance.labels.items()}
    return ImageTruth(source=source.name, kind=source.kind, screen=key.screen, labels=labels)


def answered_screens(enrolment: Enrolment, section: Section) -> Iterator[tuple[Response, dict[str, Key]]]:
    """A reader's newest answers in a section, with the keys of the images on each screen as in `keys_of`."""
    keys = Key.objects.filter(trial_image__trial__section=section).select_related("provenance__source")
    by_image = {key.trial_image_id: key for key in keys}
    answers = Response.objects.final().filter(enrolment=enrolment, presentation__section=section)
    related = ("ratings__slot", "reasons__slot", "presentation__slots")
    for answer in answers.select_related("pick", "presentation").prefetch_related(*related):
        slots = [slot for slot in answer.presentation.slots.all() if not slot.is_reference]
        yield answer, {slot.letter: by_image[slot.trial_image_id] for slot in slots}


def judged(
    answer: Answer, section: SectionDocument, origins: Mapping[str, ImageTruth], protocol: ProtocolDocument
) -> Iterator[Judged]:
    """Yield every question of a screen that has a truth and was asked. What was left open is wrong."""
    letters = tuple(origins)
    given = {(said.item, said.slot): said for said in as_entries(answer, section, letters)}
    for item in section.trial_items:
        if not has_truth(item) or item.task == "check_label":
            continue
        for slot in letters if item.of == "image" else (None,):
            if is_asked(item, slot, given, letters):
                found = _judged(item, slot, given.get((item.name, slot)), origins, protocol)
                if found is not None:
                    yield found


def _judged(
    item: Item,
    slot: str | None,
    said: Said | None,
    origins: Mapping[str, ImageTruth],
    protocol: ProtocolDocument,
) -> Judged | None:
    answered = said is not None and said.missing is None
    if item.kind == "pick":
        targets = [letter for letter, origin in origins.items() if is_target(item, origin)]
        right = said is not None and said.value in targets
        return Judged(item=item, slot=slot, right=right, truth=targets[0] if targets else None)
    truth = true_of(item, slot, origins, protocol)
    if truth is None:
        return None
    right = answered and said is not None and is_right(item, said.as_dict(), truth)
    return Judged(item=item, slot=slot, right=right, truth=truth)


def true_of(
    item: Item, slot: str | None, origins: Mapping[str, ImageTruth], protocol: ProtocolDocument
) -> Any:
    """Return the truth of an item; None where nothing is known, or images of the screen differ in it."""
    asked = [origins[slot]] if slot is not None else list(origins.values())
    texts = {origin.says(item.truth) for origin in asked}
    text = texts.pop() if len(texts) == 1 else None
    try:
        return None if text is None else truth_in(item, text, protocol)
    except NoSuchTruth:
        return None
