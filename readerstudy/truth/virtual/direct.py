"""A virtual reader who reads without a browser, by the same verbs that the pages use."""

import uuid
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from readerstudy.accounts.models import User
from readerstudy.reading.acknowledge import be_briefed, consent
from readerstudy.reading.check_display import check_display
from readerstudy.reading.debrief import debrief
from readerstudy.reading.display_chart import new_charts
from readerstudy.reading.exposures import exposure_of, going_on
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in
from readerstudy.reading.models import Presentation
from readerstudy.reading.open_sitting import open_sitting
from readerstudy.reading.options import answer_from, timing_from
from readerstudy.reading.respond import respond
from readerstudy.reading.steps import document_of, next_step
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import Question
from readerstudy.truth.practice import judge_practice
from readerstudy.truth.virtual.glances import glances
from readerstudy.truth.virtual.items import answer
from readerstudy.truth.virtual.reader import Screen, VirtualReader
from readerstudy.truth.virtual.screens import Screens
from readerstudy.truth.virtual.sharp_eyes import display_check

OnAnswer = Callable[[], object]
FRAME_MS = 1000 / 60
SLOW_FRAMES = 0.05


def read_directly(enrolment: Enrolment, reader: VirtualReader, *, on_answer: OnAnswer) -> int:
    """Read until nothing is left or the reader stops; returns how many answers were given now."""
    _get_ready(enrolment, reader)
    screens, given, sitting = Screens(enrolment), 0, _sit_down(enrolment)
    while (shown := _open(enrolment)) is not None and not reader.stops():
        exposure_ms = exposure_of(Walk(enrolment))
        screen = screens.screen(shown.token, exposure_ms)
        timing = timing_from(timing_of(reader, screen))
        respond(
            enrolment,
            shown.token,
            answer_from(answer(reader, screen)),
            by=_reader(enrolment),
            client_uuid=uuid.uuid4(),
            sitting=sitting,
            timing=timing,
        )
        given += 1
        on_answer()
    return given


def _sit_down(enrolment: Enrolment) -> uuid.UUID | None:
    """Where a failed display check refuses, a virtual reader passes it like anybody; None elsewhere."""
    if document_of(enrolment).display.if_failed != "refuse":
        return None
    reader = _reader(enrolment)
    verdict = check_display(enrolment, display_check(**new_charts(enrolment)), by=reader)
    sitting = open_sitting(enrolment, uuid.uuid4(), by=reader, take_over=True, display_check=verdict.kept())
    return sitting.token


def _open(enrolment: Enrolment) -> Presentation | None:
    """What is to be read now; a practice that is through is judged first, a section handed in."""
    walk = going_on(Walk(enrolment), by=_reader(enrolment))
    if walk.gate is not None:
        judge_practice(enrolment, walk.gate.section, by=_reader(enrolment))
    elif walk.to_hand_in is not None:
        hand_in(enrolment, walk.to_hand_in.section, by=_reader(enrolment))
    elif walk.to_disclose is not None:
        debrief(enrolment, walk.to_disclose.section.token, by=_reader(enrolment))
    else:
        return walk.current
    return _open(enrolment)


def timing_of(reader: VirtualReader, screen: Screen) -> dict[str, Any]:
    """What the browser of a virtual reader measures: an image stays a frame longer now and then."""
    took_ms = reader.response_ms(screen.section)
    timing: dict[str, Any] = {"response_ms": took_ms, "active_ms": took_ms}
    if screen.exposure_ms and screen.images:
        shown_ms = screen.exposure_ms + FRAME_MS * float(reader.rng.random() < SLOW_FRAMES)
        timing |= {"exposure_ms": float(screen.exposure_ms), "shown_ms": round(shown_ms, 1)}
    elif screen.images:
        timing |= {"first_paint_ms": 0, "events": glances(reader, screen, took_ms)}
    return timing


def _reader(enrolment: Enrolment) -> User:
    """A virtual reader is somebody from the start."""
    return cast("User", enrolment.person)


def _get_ready(enrolment: Enrolment, reader: VirtualReader) -> None:
    """What stands before reading, in the order the platform asks for it."""
    by = _reader(enrolment)
    steps: dict[str, Callable[[], object]] = {
        "consent": lambda: consent(enrolment, by=by),
        "questionnaire": lambda: fill_questionnaire(enrolment, questionnaire(enrolment, reader), by=by),
        "instructions": lambda: be_briefed(enrolment, by=by),
    }
    while (step := next_step(enrolment)) is not None:
        steps[step]()
        enrolment.refresh_from_db()


def questionnaire(enrolment: Enrolment, reader: VirtualReader) -> dict[str, str]:
    """Plausible answers to what the protocol asks of readers."""
    questions = enrolment.study.lock.protocol.document.questions
    return {question.name: _said(question, reader.rng) for question in questions}


def _said(question: Question, rng: np.random.Generator) -> str:
    if question.kind == "choice":
        return str(rng.choice(question.options))
    if question.kind == "number":
        return str(int(rng.integers(2, 25)))
    return "virtual"
