from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.exports import reproduction_zip
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Write an archive that reproduces the report: data, versions, program, one command."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the zip file to write")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        self.say(str(reproduction_zip(study, options["out"], by=by)))
