"""Readers' screens and gaze at one case, after the unblinding."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.models import Response
from readerstudy.results.dwell import Dwell, Handling, dwell, handling
from readerstudy.results.gaze import Point
from readerstudy.results.looking import Moment, moments_of
from readerstudy.results.models import Gaze
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded

MOST_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class Look:
    """One reader's way through a case. `images` tells which image stood under each letter."""

    reader: str
    again: bool
    moments: Sequence[Moment]
    images: Mapping[str, int]
    frame_ms: Mapping[str, str]
    gaze: Sequence[Point]
    handling: Handling

    @property
    def longest_frames(self) -> list[tuple[str, str]]:
        """Of each image with frames, the three that were on the screen longest."""
        return [(letter, _longest(said)) for letter, said in sorted(self.frame_ms.items())]


def looks_at(study: Study, section: Section, number: int) -> list[Look]:
    """Everybody who answered the case with a browser that notes times, in the order of places.

    A program has no screen: of its times nothing follows.
    """
    require_unblinded(study)
    canvas = study.lock.protocol.document.canvas
    answers = (
        Response.objects.counted()
        .filter(presentation__section=section, presentation__trial__number=number)
        .filter(enrolment__program=False, response_ms__gt=0)
        .select_related("presentation", "enrolment")
        .prefetch_related("presentation__slots")
        .order_by("enrolment__place", "presentation__order")
    )
    gaze: dict[int, list[Point]] = defaultdict(list)
    for one in Gaze.objects.filter(response__in=answers).order_by("pk"):
        gaze[one.response_id] += itertools.starmap(Point, one.points)
    return [_look(answer, canvas, sorted(gaze[answer.pk])) for answer in answers]


def _look(answer: Response, canvas: Canvas, gaze: Sequence[Point]) -> Look:
    images = {slot.letter: slot.trial_image_id for slot in answer.presentation.slots.all()}
    moments = moments_of(answer.timing, float(answer.response_ms or 0), list(images), canvas)
    events = [event for event in answer.timing.get("events") or () if event.get("kind") == "frame_ms"]
    return Look(
        reader=answer.enrolment.pseudonym,
        again=answer.presentation.repeats_id is not None,
        moments=moments,
        images=images,
        frame_ms={str(event.get("slot", "")): str(event.get("value", "")) for event in events},
        gaze=gaze,
        handling=handling(moments, canvas),
    )


def _longest(said: str) -> str:
    """Of "7:340 8:120", the frames from 1 and the milliseconds that each was on the screen."""
    pairs = [part.partition(":")[::2] for part in said.split()]
    times = [(int(ms), int(frame)) for frame, ms in pairs if _is_count(frame) and _is_count(ms)]
    return ", ".join(f"{frame} ({ms / 1000:.1f} s)" for ms, frame in sorted(times, reverse=True)[:3])


def _is_count(said: str) -> bool:
    """A browser may note anything, also a number that takes minutes to read."""
    return said.isdecimal() and len(said) <= MOST_DIGITS


def dwell_on(image: int, looks: Sequence[Look], canvas: Canvas) -> Dwell:
    """How long each part of one image of the case was in sight."""
    seen = [
        (look.moments, letter) for look in looks for letter, shown in look.images.items() if shown == image
    ]
    return dwell(seen, canvas)


def gaze_on(image: int, looks: Sequence[Look]) -> list[tuple[float, float]]:
    return [
        (point.x, point.y) for look in looks for point in look.gaze if look.images.get(point.letter) == image
    ]
