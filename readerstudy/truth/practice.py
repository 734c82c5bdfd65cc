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
from readerstudy.reading.screens import answer_of
from readerstudy.reading.steps import document_of
from readerstudy.reading.stretch import Stretch
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment, Section
from readerstudy.truth.judged import answered_screens, judged, origin_of


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
    protocol = document_of(enrolment)
    right = []
    for answer, on_screen in answered_screens(enrolment, stretch.section):
        if on_screen:  # a page of questions shows none
            origins = {letter: origin_of(key) for letter, key in on_screen.items()}
            found = judged(answer_of(answer), stretch.document, origins, protocol)
            right.append(all(one.right for one in found))
    needed = math.ceil((stretch.document.pass_mark or 0) * len(right) - 1e-9)
    return Score(correct=sum(right), total=len(right), needed=needed)


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
    verdict = PracticeRound.objects.create(
        enrolment=enrolment, section=section, number=last.number + 1 if last else 1, passed=score.is_passed
    )
    record(
        enrolment.stream,
        "practice judged",
        by=by,
        on=section,
        particulars={"section": section.name, "round": verdict.number, "passed": verdict.passed},
        audience=Audience.UNBLINDED,
    )
    if verdict.passed:
        leave(enrolment, section, by=by)
    return verdict
