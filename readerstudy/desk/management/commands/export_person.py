import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.person.data import export_person
from readerstudy.studies.command import StudyCommand


class Command(StudyCommand):
    help = "Write all personal data of a person to a JSON file."
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's email address")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.json")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        out: Path = options["out"]
        if out.exists():
            raise CommandError(f"{out} exists. Name another file or remove it.")
        text = json.dumps(export_person(self.author(options["email"]), by=by), indent=2, ensure_ascii=False)
        try:
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.say(f"Written to {out}.")
