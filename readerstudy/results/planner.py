"""Plan the size of a study: power by simulation, for the desk and its API."""

from collections.abc import Mapping
from typing import Any

import analysis
from analysis.errors import AnalysisError
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument

QUICK_REPLICATES = 400
SECONDS_A_TRIAL = {"pick_real": 45, "call": 15, "rate": 12, "check_label": 20}
#: Where a section has no task but items: for the look at a screen, and for each answer.
SECONDS_A_SCREEN, SECONDS_AN_ITEM = 8, 6
USUAL_MARGIN = 0.10


class PlanRefused(ReaderstudyError, code="plan_refused", status=422):
    """The power cannot be computed from these numbers."""


def power(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan for a question such as {task, alternatives, readers, trials, accuracy, margin, …}."""
    try:
        found: dict[str, Any] = analysis.plan(**question).as_dict()
    except AnalysisError as error:
        raise PlanRefused(str(error)) from error
    return found


def first_counting(document: ProtocolDocument) -> SectionDocument:
    """Return the first section that is no practice."""
    return next(section for section in document.sections if not section.practice)


def question_of(document: ProtocolDocument) -> dict[str, Any]:
    """Return the planner's question for a protocol: its first section that counts."""
    section = first_counting(document)
    return {
        "task": section.task,
        "alternatives": max(section.alternatives, 2),
        "readers": max(document.readers, 2),
        "trials": section.trials,
        "margin": document.margins.detection or USUAL_MARGIN,
    }


def seconds_a_trial(section: SectionDocument) -> int:
    """Return the usual time for a trial of a section."""
    asked = SECONDS_A_SCREEN + SECONDS_AN_ITEM * len(section.items)
    return SECONDS_A_TRIAL.get(section.task, asked)


def minutes_each(document: ProtocolDocument) -> int:
    """Return the minutes that a reader needs for the whole study at the usual pace."""
    seconds = sum(section.read_by_each * seconds_a_trial(section) for section in document.sections)
    return round(seconds / 60)
