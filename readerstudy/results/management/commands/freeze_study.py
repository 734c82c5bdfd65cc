from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = "Freeze a study: no more answers are accepted, and the data get a digest."
    asks = StatedReason

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        freeze = freeze_study(study, by=by, reason=options["reason"])
        self.say(f"Frozen: {freeze.responses} answers, data {freeze.data_digest}.")
