from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.interim import take_look
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = (
        "Take the look before the end that is due, as the monitor of the study (--by EMAIL). Everybody else "
        "learns only whether the study goes on."
    )
    asks = StatedReason

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        look = take_look(study, by=by, reason=options["reason"])
        self.say(f"Look {look.number} at {look.answers} answers: {look.get_decision_display()}.")
