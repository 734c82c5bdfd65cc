"""What readers said to the questions of a case, in words; and the points they set, as spots on the image."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from readerstudy.reading.models import Response, Slot
from readerstudy.reading.models.presentation import LETTERS
from readerstudy.studies.protocol import Item, SectionDocument


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One question and what a reader said to it; `source` is "" where it is about the whole screen."""

    ask: str
    text: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A reason that a reader gave for an image: a tag, and where they pointed, in its pixels."""

    reader: str
    tag: str
    x: float | None
    y: float | None


def answered(response: Response, section: SectionDocument, sources: Mapping[int, str]) -> Iterator[Answered]:
    """What a response says to the items that have no columns of their own, in the order of the protocol.

    `sources` are those of the images of its screen, by the images' keys.
    """
    slots = {slot.letter: sources.get(slot.trial_image_id, "") for slot in response.presentation.slots.all()}
    for item in section.items:
        for said in response.items or ():
            if said["item"] == item.name:
                source = slots.get(said["slot"] or "", "")
                yield Answered(ask=str(item.ask), text=_in_words(item, said), source=source)


def points_on(
    answers: QuerySet[Response], images: Collection[int], section: SectionDocument
) -> dict[int, list[Given]]:
    """The points that readers set on some images, by the images' keys."""
    asks = {item.name: str(item.ask) for item in section.items if item.kind in ("mark", "measure")}
    found: dict[int, list[Given]] = defaultdict(list)
    if not asks:
        return found
    slots = Slot.objects.filter(trial_image__in=images).values_list("presentation", "position", "trial_image")
    image_at = {(screen, LETTERS[position]): image for screen, position, image in slots}
    rows = answers.filter(presentation__in={screen for screen, _ in image_at}).order_by("pk")
    for screen, reader, items in rows.values_list("presentation", "enrolment__pseudonym", "items"):
        for one in items or ():
            image = image_at.get((screen, one["slot"] or "A"))
            if one["item"] in asks and image is not None:
                for point in one["points"] or ():
                    given = Given(reader=reader, tag=asks[one["item"]], x=point["x"], y=point["y"])
                    found[image].append(given)
    return found


def _in_words(item: Item, said: Mapping[str, Any]) -> str:
    """What was said, with the options' texts; letters stand as they stood on the reader's screen."""
    if said["missing"]:
        return "not answered in time" if said["missing"] == "time" else str(item.skip) or "skipped"
    sure = f" (sure {said['confidence']} of {item.confidence})" if said["confidence"] else ""
    return ", ".join(_parts(item, said)) + sure


def _parts(item: Item, said: Mapping[str, Any]) -> Iterator[str]:
    value, points = said["value"], said["points"]
    if isinstance(value, list):
        yield from (_option(item, one) for one in value) if value else (str(item.none) or "none",)
    elif isinstance(value, float):
        number = f"{value:.1f}" if item.kind == "measure" else f"{value:g}"
        yield f"{number} {item.unit}".strip()
    elif value is not None:
        yield _option(item, str(value)) + (f" {item.unit}" if item.unit else "")
    if said["other"]:
        yield f"“{said['other']}”"
    if points is not None and value is None:
        count = len(points)
        yield f"{count} point{'' if count == 1 else 's'}" if points else str(item.none) or "none"


def _option(item: Item, value: str) -> str:
    option = item.option(value)
    return str(option.text) if option else value
