from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.bundle import export_bundle
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Write a frozen study's answers as a bundle of CSV tables; masked until the study is unblinded."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="a new or empty folder")
        parser.add_argument("--masked", action="store_true", help="hide which images are real")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        out = export_bundle(study, options["out"], by=by, masked=options["masked"])
        self.say(f"{out}: {', '.join(sorted(path.name for path in out.iterdir()))}")
