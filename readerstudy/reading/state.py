"""Where a reader stands, as the browser is told: never a name, never a key of the database."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, reverse

from readerstudy.imaging.models import Envelope
from readerstudy.imaging.packed_delivery import envelope_of
from readerstudy.reading.answer import Answer
from readerstudy.reading.checks import Screen
from readerstudy.reading.exposures import exposure_of
from readerstudy.reading.models import Draft, Presentation, Slot
from readerstudy.reading.screens import label_choices, label_of, previous_answer, screen_of
from readerstudy.reading.sealed import sealed_address, sealed_addresses, told_key
from readerstudy.reading.stretch import Stretch
from readerstudy.reading.told import canvas_told, section_told
from readerstudy.reading.walk import Walk
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol.document import ProtocolDocument
from readerstudy.studies.protocol.labels import label_named


def state_of(walk: Walk, *, sitting: UUID | None = None) -> dict[str, Any]:
    """The state of a reader: section, progress, what is to be read now, and what to fetch ahead."""
    open_section = walk.stretch or walk.to_hand_in
    return {
        "study": {"title": spoken(walk.document.public_title)},
        "section": _section(walk, open_section) if open_section else None,
        "progress": [
            {"section": spoken(one.document.title), "answered": one.answered, "total": one.total}
            for one in walk.told
        ],
        "current": show(walk, walk.current) if walk.current else None,
        "ahead": _ahead(walk),
        "sealed": sealed_addresses(walk),
        "finished": walk.is_finished,
        "hand_in": _to_hand_in(walk),
        "disclosure": _disclosure(walk),
        "sitting": _sitting(walk, sitting),
        "practice": bool(walk.stretch and walk.stretch.section.practice),
        "finish_url": None if walk.current else reverse("read", args=[walk.enrolment.study.slug]),
    }


def _section(walk: Walk, stretch: Stretch) -> dict[str, Any]:
    document = stretch.document
    told = section_told(
        walk.document,
        document,
        choices=label_choices(stretch.section, document, walk.enrolment.study.lock.plan_digest),
        seed=stretch.seed,
        exposure_ms=exposure_of(walk),
        lets_undo=walk.lets_undo(stretch.section),
    )
    return told | {
        "name": stretch.section.token,
        "briefing": "" if stretch.answered else told["briefing"],
        "index": stretch.index,
        "answered": stretch.answered,
        "total": stretch.total,
    }


def _to_hand_in(walk: Walk) -> dict[str, Any] | None:
    """The section to hand in, and the presentation at which its reader can go back to change answers."""
    stretch = walk.to_hand_in
    if stretch is None:
        return None
    last = Presentation.objects.of(walk.enrolment).filter(section=stretch.section).order_by("-order")[0]
    return {"section": stretch.section.token, "back": last.token}


def _disclosure(walk: Walk) -> dict[str, Any] | None:
    """What a section that was handed in tells its reader, before anything later is sent."""
    stretch = walk.to_disclose
    if stretch is None:
        return None
    document = stretch.document
    return {
        "section": stretch.section.token,
        "title": spoken(document.title),
        "text": spoken(document.discloses),
    }


def show(walk: Walk, presentation: Presentation) -> dict[str, Any]:
    """A presentation as it is shown, with what the reader has begun or answered."""
    enrolment = walk.enrolment
    drafts = Draft.objects.filter(enrolment=enrolment, presentation=presentation)
    body = None if walk.just_opened else drafts.values_list("body", flat=True).order_by().first()
    goes_back = walk.lets_go_back(presentation.section) or walk.lets_undo(presentation.section)
    previous = previous_answer(presentation, enrolment.pk) if goes_back else None
    shown = _shown(walk, presentation, walk.number(presentation), walk.before(presentation))
    return shown | {"draft": body, "previous": _as_shown(walk, presentation, previous) if previous else None}


def _shown(walk: Walk, presentation: Presentation, number: int, back: Presentation | None) -> dict[str, Any]:
    """A presentation that nobody has begun or answered."""
    return {
        "token": presentation.token,
        "kind": "screen" if presentation.screen_slots else "questions",
        "number": number,
        "images": _images(walk, presentation),
        "draft": None,
        "previous": None,
        "back": back.token if back else None,
    }


def _as_shown(walk: Walk, presentation: Presentation, answer: Answer) -> dict[str, Any]:
    """An answer with its reasons in the reader's language."""
    texts = {str(tag): spoken(tag) for tag in walk.document.section(presentation.section.name).reasons}
    said = answer.as_dict()
    for reason in said["reasons"]:
        reason["tag"] = texts.get(reason["tag"], reason["tag"])
    return said


def _images(walk: Walk, presentation: Presentation) -> list[dict[str, Any]]:
    """The images of a screen, a reference first."""
    screen = screen_of(presentation, walk.document, walk.enrolment.study.lock.plan_digest)
    slots = sorted(presentation.screen_slots, key=lambda slot: not slot.is_reference)
    envelope, canvas = envelope_of(str(walk.enrolment.study.uuid)), canvas_told(screen.canvas)
    return [_image(slot, screen, envelope, canvas) for slot in slots]


def _image(slot: Slot, screen: Screen, envelope: Envelope | None, canvas: dict[str, Any]) -> dict[str, Any]:
    """What the browser needs to draw one image; equal for every image of a study but for the address."""
    label = label_of(slot, () if slot.is_reference else screen.section.labels)
    return {
        "slot": slot.letter,
        "reference": slot.is_reference,
        "url": _address("reading-pixels", slot.token),
        "packed": envelope and _packed(slot, envelope),
        "seal": _seal(slot, screen, envelope) if screen.section.exposure_ms else None,
        **canvas,
        "label": _in_words(label, screen.protocol),
        "tells": _in_words(_told(slot, screen.section.tells), screen.protocol),
    }


def _told(slot: Slot, names: tuple[str, ...]) -> dict[str, str]:
    """The labels that stand beside an image."""
    tells = slot.trial_image.tells if names else {}
    return {name: str(tells[name]) for name in names if name in tells}


def _in_words(values: Mapping[str, str], protocol: ProtocolDocument) -> list[dict[str, str]] | None:
    """Labels of one image: as the data have them, and as the protocol has them for readers."""
    if not values:
        return None
    called = {name: label_named(name, protocol.labels) for name in values}
    return [
        {
            "name": name,
            "value": value,
            "title": spoken(called[name].title),
            "text": spoken(called[name].text(value)),
        }
        for name, value in values.items()
    ]


def _address(name: str, token: str) -> str:
    """An address of an image, of which a state has two dozen."""
    return _addresses(name, get_script_prefix()).replace(_TOKEN, token)


_TOKEN = "_" * 24


@lru_cache(maxsize=8)
def _addresses(name: str, prefix: str) -> str:
    """The address with a token still to be given; `prefix` is where the platform is mounted."""
    return reverse(name, args=[_TOKEN])


def _packed(slot: Slot, envelope: Envelope) -> dict[str, Any]:
    return {
        "url": _address("reading-packed", slot.token),
        "preview_bytes": envelope.preview_bytes,
        "frame_bytes": envelope.frame_bytes,
    }


def _seal(slot: Slot, screen: Screen, envelope: Envelope | None) -> dict[str, str]:
    """The key to what a browser may have fetched of the image before its turn."""
    canvas = screen.canvas
    length = envelope.length(canvas.frames) if envelope else canvas.buffer_bytes
    return {"url": sealed_address(slot.token), "key": told_key(slot.token, length)}


def _ahead(walk: Walk) -> list[dict[str, Any]]:
    """What comes after the open presentation, as it will be shown."""
    if walk.current is None:
        return []
    first = walk.number(walk.current)
    goes_back = walk.lets_go_back(walk.current.section) or walk.lets_undo(walk.current.section)
    return [
        _shown(walk, shown, first + i, before if goes_back else None)
        for i, (before, shown) in enumerate(pairwise(walk.in_reach), start=1)
    ]


def _sitting(walk: Walk, named: UUID | None) -> str | None:
    """The sitting that holds the reading, which a tab compares with its own."""
    holding = walk.holding
    if holding is None or not (holding.is_alive or holding.token == named):
        return None
    return str(holding.token)
