"""Practice: whether a reader has met the pass mark."""

import math
from dataclasses import dataclass

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.hand_in import leave
from readerstudy.reading.models import PracticeRound
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.screen_rows import screens_between
from readerstudy.reading.stretch import Stretch
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment, Section
from readerstudy.truth.feedback import feedback_of


@dataclass(frozen=True, kw_only=True)
class Score:
    """How a round of practice went, and what was needed."""

    correct: int
    total: int
    needed: int

    @property
    def is_passed(self) -> bool:
        return self.correct >= self.needed


def score_of(enrolment: Enrolment, stretch: Stretch) -> Score:
    """The score of the round a reader has just finished. Answers without right and wrong count as right."""
    screens = screens_between(1, stretch.last, section=stretch.section, place=enrolment.own_place)
    judged = []
    for presentation in screens:
        told = feedback_of(enrolment, presentation)
        judged.append(told is not None and told.correct is not False)
    needed = math.ceil((stretch.document.pass_mark or 0) * len(judged) - 1e-9)
    return Score(correct=sum(judged), total=len(judged), needed=needed)


@transaction.atomic
def judge_practice(enrolment: Enrolment, section: Section, *, by: User) -> PracticeRound:
    """Record whether the round reached the pass mark; if not, the section opens again.

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
