"""What is asked of whom: studies, protocols, trials, people and what was done to them."""

from readerstudy.studies.models.enrolment import Enrolment, Role, Withdrawal
from readerstudy.studies.models.leadership import Leadership, LeadershipWithdrawal
from readerstudy.studies.models.milestones import Deadline, Freeze, Lock
from readerstudy.studies.models.program import Program
from readerstudy.studies.models.run import Cancellation, Run
from readerstudy.studies.models.study import Protocol, Study
from readerstudy.studies.models.trial import Section, Task, Trial, TrialImage
