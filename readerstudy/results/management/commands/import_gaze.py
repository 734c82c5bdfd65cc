from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.gaze import import_gaze
from readerstudy.studies.command import StudyCommand, bytes_of
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Import gaze tables (CSV: code, time, x, y) into an unblinded study."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tables", nargs="+", type=Path, help="CSV files")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        for path in options["tables"]:
            table = import_gaze(study, bytes_of(path), by=by)
            self.say(f"{path}: {table.placed:,} of {table.samples:,} samples lie on images.")
