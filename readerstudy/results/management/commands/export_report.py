from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.report import FORMATS, export_report
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Write the report of an unblinded study."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="a new or empty folder")
        parser.add_argument("--format", nargs="+", choices=FORMATS, default=list(FORMATS))
        parser.add_argument("--masked", action="store_true", help="hide which images are real")

        parser.add_argument(
            "--cross-check",
            action="store_true",
            help="compute what scipy, statsmodels, krippendorff and pingouin can too, and compare",
        )

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        formats, masked = options["format"], options["masked"]
        out = export_report(
            study, options["out"], by=by, formats=formats, masked=masked, cross_check=options["cross_check"]
        )
        self.say(f"{out}: {', '.join(sorted(path.name for path in out.iterdir()))}")
