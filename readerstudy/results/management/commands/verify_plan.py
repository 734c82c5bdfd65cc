from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.truth.allocation.verify import verify_plan


class Command(StudyCommand):
    help = (
        "Recompute the plan of an unblinded study from its bundle, and compare it with what was shown. "
        "The same without Django: python -m readerstudy.truth.allocation BUNDLE"
    )
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="the folder of an unmasked bundle")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        verified = verify_plan(options["bundle"])
        self.say(f"The plan is {verified.plan_hash}; all {verified.rows} rows were shown as planned.")
