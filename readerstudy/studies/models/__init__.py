"""Sections of whom."""

from readerstudy.studies.models.enrolment import Enrolment, Role, Withdrawal
from readerstudy.studies.models.leadership import Leadership, LeadershipWithdrawal
from readerstudy.studies.models.milestones import Freeze, Lock
from readerstudy.studies.models.run import Cancellation, Run
from readerstudy.studies.models.study import Protocol, Study
from readerstudy.studies.models.trial import Section, Task, Trial, TrialImage

__all__ = [
    "Cancellation",
    "Enrolment",
    "Freeze",
    "Leadership",
    "LeadershipWithdrawal",
    "Lock",
    "Protocol",
    "Role",
    "Run",
    "Section",
    "Study",
    "Task",
    "Trial",
    "TrialImage",
    "Withdrawal",
]
