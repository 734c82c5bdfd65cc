from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.create import create_study


class Command(StudyCommand):
    help = "Begin a study from a protocol file (TOML)."
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("protocol", type=Path, metavar="PROTOCOL.toml")
        parser.add_argument("--name", default="", help="the study's short name (default: from its title)")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        path: Path = options["protocol"]
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read as UTF-8 text: {error}.") from error
        study = create_study(text, by=by, slug=options["name"])
        self.say(f"Study {study.slug} begun. Next: manage.py import_images {study.slug} --source NAME …")
