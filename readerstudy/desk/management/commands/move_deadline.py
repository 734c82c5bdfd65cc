from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.people.options import NewDeadline
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.studies.move_deadline import move_deadline


class Command(StudyCommand):
    help = "Move the deadline of a study; its readers are told the new date."
    asks = NewDeadline

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        moved = move_deadline(study, by=by, day=options["day"], reason=options["reason"])
        self.say(f"Readers are asked to finish by {moved.day}.")
