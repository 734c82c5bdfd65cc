"""Where a reader stands, as the browser is told: never a name, never a key of the database."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from django.urls import reverse

from readerstudy.reading.answer import Screen
from readerstudy.reading.models import Draft, Presentation, Slot
from readerstudy.reading.screens import label_choices, label_of, previous_answer, screen_of
from readerstudy.reading.walk import Stretch, Walk
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol.document import SectionDocument


def state_of(walk: Walk, *, sitting: UUID | None = None) -> dict[str, Any]:
    """The state of a reader: section, progress, what is to be read now, and what to fetch ahead."""
    open_section = walk.stretch or walk.to_hand_in
    return {
        "study": {"title": walk.document.public_title},
        "section": _section(walk, open_section) if open_section else None,
        "progress": [_progress(stretch) for stretch in walk.told],
        "current": show(walk, walk.current) if walk.current else None,
        "ahead": _ahead(walk),
        "finished": walk.is_finished,
        "hand_in": _to_hand_in(walk),
        "sitting": _sitting(walk, sitting),
        "practice": bool(walk.stretch and walk.stretch.section.practice),
        "finish_url": None if walk.current else reverse("read", args=[walk.enrolment.study.slug]),
    }


def _progress(stretch: Stretch) -> dict[str, Any]:
    return {
        "section": stretch.document.title,
        "answered": stretch.answered,
        "total": stretch.total,
    }


def _section(walk: Walk, stretch: Stretch) -> dict[str, Any]:
    protocol, document = walk.document, stretch.document
    reading = protocol.reading
    names = document.labels
    choices = label_choices(stretch.section, names, walk.enrolment.study.lock.plan_digest)
    return {
        "name": document.name,
        "title": document.title,
        "task": document.task,
        "index": stretch.index,
        "answered": stretch.answered,
        "total": stretch.total,
        "allow_back": reading.allow_back and not document.practice,
        "rate": document.rate or document.task == "rate",
        "require_confidence": document.confidence,
        "scale": _scale(walk, document),
        "reasons": {"tags": list(reading.reasons), "spot": reading.spots},
        "label_choices": {name: list(values) for name, values in choices.items()} or None,
        "break_after": reading.break_after,
        "show_clock": reading.show_clock,
        "idle_after_s": reading.idle_after_s,
    }


def _scale(walk: Walk, document: SectionDocument) -> dict[str, Any]:
    """The scale, in a section that asks for ratings: elsewhere its words would tell of a later one."""
    scale = walk.document.scale
    if not (document.rate or document.task == "rate"):
        return {"points": [], "labels": []}
    return {"points": list(scale.points), "labels": list(scale.labels)}


def _to_hand_in(walk: Walk) -> dict[str, Any] | None:
    """The section to hand in, and the presentation at which its reader can go back to change answers."""
    stretch = walk.to_hand_in
    if stretch is None:
        return None
    last = Presentation.objects.of(walk.enrolment).filter(section=stretch.section).order_by("-order")[0]
    return {"section": stretch.document.name, "back": last.token}


def show(walk: Walk, presentation: Presentation) -> dict[str, Any]:
    """A presentation as it is shown, with what the reader has begun or answered."""
    enrolment = walk.enrolment
    draft = None if walk.just_opened else _draft(enrolment, presentation)
    previous = previous_answer(presentation, enrolment.pk) if walk.document.reading.allow_back else None
    back = walk.before(presentation)
    return {
        "token": presentation.token,
        "number": walk.number(presentation),
        "images": _images(walk, presentation),
        "draft": draft,
        "previous": previous.as_dict() if previous else None,
        "back": back.token if back else None,
    }


def _draft(enrolment: Enrolment, presentation: Presentation) -> Any:
    drafts = Draft.objects.filter(enrolment=enrolment, presentation=presentation)
    return drafts.values_list("body", flat=True).order_by().first()


def _images(walk: Walk, presentation: Presentation) -> list[dict[str, Any]]:
    screen = screen_of(presentation, walk.document, walk.enrolment.study.lock.plan_digest)
    return [_image(slot, screen) for slot in presentation.screen_slots]


def _image(slot: Slot, screen: Screen) -> dict[str, Any]:
    """What the browser needs to draw one image; equal for every image of a study but for the address."""
    canvas = screen.canvas
    label = label_of(slot, screen.section.labels)
    return {
        "slot": slot.letter,
        "url": _pixels(slot),
        "width": canvas.width,
        "height": canvas.height,
        "bits": canvas.bits,
        "window": {"center": canvas.white / 2, "width": canvas.white},
        "label": [{"name": name, "value": value} for name, value in label.items()] or None,
    }


def _pixels(slot: Slot) -> str:
    return reverse("reading-pixels", args=[slot.token])


def _ahead(walk: Walk) -> list[dict[str, Any]]:
    """What comes after the open presentation, as it will be shown: nobody has begun or answered it yet."""
    if walk.current is None:
        return []
    first = walk.number(walk.current)
    goes_back = walk.lets_go_back(walk.current.section)
    return [
        {
            "token": shown.token,
            "number": first + i,
            "images": _images(walk, shown),
            "draft": None,
            "previous": None,
            "back": before.token if goes_back else None,
        }
        for i, (before, shown) in enumerate(pairwise(walk.in_reach), start=1)
    ]


def _sitting(walk: Walk, named: UUID | None) -> str | None:
    """The sitting that holds the reading, which a tab compares with its own."""
    holding = walk.holding
    if holding is None or not (holding.is_alive or holding.token == named):
        return None
    return str(holding.token)
