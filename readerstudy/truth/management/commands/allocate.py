from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.secrets import commitment_of


class Command(StudyCommand):
    help = "Make the plan: which images form which trial, and what each reader sees in which order."

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        plan = allocate(study, by=by)
        self.say(f"Commitment to the plan secret: {commitment_of(study)}")
        self.say(f"Plan {plan.digest} for {plan.places} places. Next: manage.py audit_blinding {study.slug}")
