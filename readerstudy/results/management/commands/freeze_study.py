from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Freeze a study: no answer comes any more, and the data get a digest."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="goes into the record")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        freeze = freeze_study(study, by=by, reason=options["reason"])
        self.say(f"Frozen: {freeze.responses} answers, data {freeze.data_digest}.")
