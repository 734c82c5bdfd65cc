"""Interim looks at the primary endpoint, taken by a monitor who has no other role in the study.

The protocol says when, and how the looks spend the error; the answers there are get a digest, as with the
freeze. The monitor learns the result, everybody else whether the study goes on.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

import analysis
from analysis.errors import AnalysisError
from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.verify_answers import digest_of_answers
from readerstudy.results.bundle.export import write_bundle
from readerstudy.results.bundle.interim import (
    answers_planned,
    answers_so_far,
    mixes_virtual_readers,
    readers_planned,
    sections_looked_at,
)
from readerstudy.results.errors import LookHasNoResult, LookIsNotDue, NotTheMonitor
from readerstudy.results.freeze import let_no_answer_slip_in
from readerstudy.results.models import InterimLook
from readerstudy.results.verify_study import require_whole
from readerstudy.studies.errors import require_reason
from readerstudy.studies.models import Enrolment, Role, Study

if TYPE_CHECKING:
    from analysis.document import Document, SectionResult
    from analysis.document.endpoints import Endpoint

FEWEST_READERS = 3


@dataclass(frozen=True, kw_only=True)
class NextLook:
    """The look that comes next: at how many answers, and how many there are."""

    number: int
    percent: int
    at: int
    answers: int

    @property
    def is_due(self) -> bool:
        return self.answers >= self.at


def looks_taken(study: Study) -> list[InterimLook]:
    return list(InterimLook.objects.filter(study=study).select_related("by"))


def next_look(study: Study) -> NextLook | None:
    """None where no look is planned, all were taken, one said stop, or the study is frozen."""
    looks = study.protocol.document.looks
    taken = looks_taken(study)
    stopped = any(look.decision == InterimLook.Decision.STOP for look in taken)
    if looks is None or not study.is_locked or study.is_frozen or stopped or len(taken) == len(looks.at):
        return None
    percent = looks.at[len(taken)]
    wanted = -(-answers_planned(study) * percent // 100)
    if taken:  # after a look that came late, the next one would hold the same answers against the same limit
        wanted = max(wanted, taken[-1].answers + 1)
    return NextLook(number=len(taken) + 1, percent=percent, at=wanted, answers=answers_so_far(study))


def take_look(study: Study, *, by: User, reason: str) -> InterimLook:
    """Take the look that is due. Readers go on; their answers wait for the seconds that it takes."""
    require_reason(reason)
    _require_monitor(study, by)
    require_whole(study, by=by)
    return _take(study, by=by, reason=reason)


@transaction.atomic
def _take(study: Study, *, by: User, reason: str) -> InterimLook:
    study = study.take_turn_while_read()
    _require_monitor(study, by)
    let_no_answer_slip_in()
    due = next_look(study)
    if due is None or not due.is_due:
        raise LookIsNotDue(_not_due(study, due))
    if mixes_virtual_readers(study):
        raise LookHasNoResult(
            "Virtual readers answer from the truth, and a look would decide with their answers and tell of "
            "those of people. Withdraw the virtual readers with their answers, then look again."
        )
    endpoint = _primary(study)
    if endpoint.looks is None:
        raise LookHasNoResult(f"The primary endpoint has no result yet: {endpoint.reason} Look again later.")
    answers = digest_of_answers(study)
    look = InterimLook.objects.create(
        study=study,
        number=due.number,
        percent=due.percent,
        answers=due.answers,
        information=endpoint.looks.information,
        data_digest=answers.hexdigest(),
        decision=InterimLook.Decision.STOP if endpoint.met else InterimLook.Decision.CONTINUE,
        estimate=endpoint.estimate,
        low=endpoint.looks.low,
        high=endpoint.looks.high,
        p=endpoint.p_holm,
        nominal_p=endpoint.looks.nominal_p,
        by=by,
        reason=reason,
    )
    record(study.scope, "look found", by=by, on=look, particulars=look.found(), audience=Audience.UNBLINDED)
    record(study.scope, "look taken", by=by, on=look, particulars=look.decided(), reason=reason)
    return look


def _require_monitor(study: Study, by: User) -> None:
    if not Enrolment.objects.current().of(by).filter(study=study, role=Role.MONITOR).exists():
        raise NotTheMonitor


def _not_due(study: Study, due: NextLook | None) -> str:
    if due is None:
        return "No look is left: the protocol plans none, all were taken, or one said that the study stops."
    return (
        f"Look {due.number} is due at {due.at} answers, {due.percent} percent of those planned; "
        f"now there are {due.answers}."
    )


def _primary(study: Study) -> "Endpoint":
    """The primary endpoint of the answers there are, held against what the looks before left."""
    with tempfile.TemporaryDirectory(prefix="readerstudy-look-") as scratch:
        write_bundle(study, Path(scratch), masked=False, last=False)
        try:
            found: Document = analysis.report(analysis.read_bundle(scratch)).results
        except AnalysisError as error:
            raise LookHasNoResult(f"The answers give no result yet: {error}") from error
    endpoint = next(endpoint for endpoint in found.endpoints if endpoint.role == "primary")
    _require_readers(study, found.sections[endpoint.of.partition(".")[0]])
    return endpoint


def _require_readers(study: Study, section: "SectionResult") -> None:
    """Of one or two readers a test speaks of them alone, and would stop a study of more far too often.

    As many as the protocol plans count, not those who are enrolled: people come late, and can be withdrawn.
    """
    went = section.conduct
    answered = sum(row.n > 0 for row in went.completeness.by_reader) if went else 0
    planned = max(readers_planned(study, name) for name in sections_looked_at(study))
    if answered < min(FEWEST_READERS, planned):
        raise LookHasNoResult(
            f"Only {answered} of {planned} readers have answered, and a look at fewer than {FEWEST_READERS} "
            "would speak of them alone. Look again later."
        )
