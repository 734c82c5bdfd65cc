"""A virtual reader who reads without a browser, by the same verbs that the pages use."""

import uuid
from collections.abc import Callable
from typing import cast

import numpy as np

from readerstudy.accounts.models import User
from readerstudy.reading.be_briefed import be_briefed
from readerstudy.reading.consent import consent
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in
from readerstudy.reading.models import Presentation
from readerstudy.reading.options import answer_from
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.steps import next_step
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import Question
from readerstudy.truth.practice import judge_practice
from readerstudy.truth.virtual.mind import Mind
from readerstudy.truth.virtual.screens import Screens

OnAnswer = Callable[[], None]


def read_directly(enrolment: Enrolment, mind: Mind, *, on_answer: OnAnswer) -> int:
    """Read until nothing is left or the reader stops; returns how many answers were given now."""
    _get_ready(enrolment, mind)
    screens, given = Screens(enrolment), 0
    while (shown := _open(enrolment)) is not None and not mind.stops():
        answer = mind.answer(screens.screen(shown.token))
        took_ms = mind.response_ms()
        respond(
            enrolment,
            shown.token,
            answer_from(answer),
            by=_reader(enrolment),
            client_uuid=uuid.uuid4(),
            timing=Timing(response_ms=took_ms, active_ms=took_ms),
        )
        given += 1
        on_answer()
    return given


def _open(enrolment: Enrolment) -> Presentation | None:
    """What is to be read now; a practice that is through is judged first, a section handed in."""
    walk = Walk(enrolment)
    if walk.gate is not None:
        judge_practice(enrolment, walk.gate.section, by=_reader(enrolment))
    elif walk.to_hand_in is not None:
        hand_in(enrolment, walk.to_hand_in.section, by=_reader(enrolment))
    else:
        return walk.current
    return Walk(enrolment).current


def _reader(enrolment: Enrolment) -> User:
    """A virtual reader is somebody from the start."""
    return cast("User", enrolment.person)


def _get_ready(enrolment: Enrolment, mind: Mind) -> None:
    """What stands before reading, in the order the platform asks for it."""
    by = _reader(enrolment)
    steps: dict[str, Callable[[], object]] = {
        "consent": lambda: consent(enrolment, by=by),
        "questionnaire": lambda: fill_questionnaire(enrolment, questionnaire(enrolment, mind), by=by),
        "instructions": lambda: be_briefed(enrolment, by=by),
    }
    while (step := next_step(enrolment)) is not None:
        steps[step]()
        enrolment.refresh_from_db()


def questionnaire(enrolment: Enrolment, mind: Mind) -> dict[str, str]:
    """Plausible answers to what the protocol asks of readers."""
    questions = enrolment.study.lock.protocol.document.questions
    return {question.name: _said(question, mind.rng) for question in questions}


def _said(question: Question, rng: np.random.Generator) -> str:
    if question.kind == "choice":
        return str(rng.choice(question.options))
    if question.kind == "number":
        return str(int(rng.integers(2, 25)))
    return "virtual"
