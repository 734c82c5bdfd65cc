"""Practice: what the answer would have been, and whether a reader has met the pass mark."""

import math
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.hand_in import leave
from readerstudy.reading.models import PracticeRound, Presentation, Response, Slot
from readerstudy.reading.models.presentation import presentations_with
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.respond import presentation_of
from readerstudy.reading.walk import Stretch, Walk
from readerstudy.studies.models import Enrolment, Section, Task
from readerstudy.truth.models import Key, Kind


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """How a practice answer was. `correct` is None where there is no right and wrong."""

    sentence: str
    correct: bool | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """How a round of practice went, and what was needed."""

    correct: int
    total: int
    needed: int

    @property
    def is_passed(self) -> bool:
        return self.correct >= self.needed


def feedback(enrolment: Enrolment, token: str) -> Feedback:
    """The truth of a practice presentation, once its answer is committed. Of any other there is none."""
    require_open(enrolment)
    presentation = presentation_of(enrolment, token)
    if not presentation.section.practice:
        raise NothingHere
    answer = _newest_answer(enrolment, presentation)
    if answer is None:
        raise NothingHere
    return _judged(answer, presentation)


def _newest_answer(enrolment: Enrolment, presentation: Presentation) -> Response | None:
    given = Response.objects.filter(enrolment=enrolment, presentation=presentation)
    return given.select_related("pick").order_by("-revision").first()


def _judged(answer: Response, presentation: Presentation) -> Feedback:
    slots = presentation.screen_slots
    keys = {
        key.trial_image_id: key
        for key in Key.objects.filter(trial_image__in=[slot.trial_image_id for slot in slots]).select_related(
            "provenance__source"
        )
    }
    kinds = {slot.letter: keys[slot.trial_image_id].provenance.source.kind for slot in slots}
    if presentation.section.task == Task.PICK_REAL:
        real = next(letter for letter, kind in kinds.items() if kind == Kind.REAL)
        correct = answer.pick is not None and answer.pick.letter == real
        return Feedback(
            sentence=(_("Correct, {image} is real.") if correct else _("{image} is real.")).format(
                image=real
            ),
            correct=correct,
        )
    kind = next(iter(kinds.values()))
    told = _("This image is real.") if kind == Kind.REAL else _("This image is synthetic.")
    if presentation.section.task == Task.CALL:
        correct = answer.call == kind
        return Feedback(sentence=told, correct=correct)
    return Feedback(sentence=told, correct=None)


def score_of(enrolment: Enrolment, stretch: Stretch) -> Score:
    """The score of the round a reader has just finished. Answers without right and wrong count as right."""
    mine = Presentation.objects.of(enrolment).filter(section=stretch.section)
    slots = Slot.objects.filter(presentation__in=mine).select_related("presentation__section")
    judged = []
    for presentation in presentations_with(slots):
        answer = _newest_answer(enrolment, presentation)
        judged.append(answer is not None and _judged(answer, presentation).correct is not False)
    needed = math.ceil((stretch.document.pass_mark or 0) * len(judged) - 1e-9)
    return Score(correct=sum(judged), total=len(judged), needed=needed)


@transaction.atomic
def judge_practice(enrolment: Enrolment, section: Section, *, by: User) -> PracticeRound:
    """Say whether the round was good enough; if not, the section opens once more.

    Judging again without another round is the same judgement.
    """
    require_open(enrolment)
    enrolment.take_turn()
    require_open_now(enrolment)
    rounds = PracticeRound.objects.filter(enrolment=enrolment, section=section).order_by("-number")
    last = rounds.first()
    gate = Walk(enrolment).gate
    if gate is None or gate.section != section:
        if last is None:
            raise NothingHere
        return last
    score = score_of(enrolment, gate)
    judged = PracticeRound.objects.create(
        enrolment=enrolment,
        section=section,
        number=last.number + 1 if last else 1,
        passed=score.is_passed,
    )
    record(
        enrolment.stream,
        "practice judged",
        by=by,
        on=section,
        particulars={"section": section.name, "round": judged.number, "passed": judged.passed},
        audience=Audience.UNBLINDED,
    )
    if judged.passed:
        leave(enrolment, section, by=by)
    return judged
