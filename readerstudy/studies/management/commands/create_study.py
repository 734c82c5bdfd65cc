from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.command import StudyCommand, text_of
from readerstudy.studies.create import create_study
from readerstudy.studies.protocol import examine, parse_protocol


class Command(StudyCommand):
    help = "Create a study from a protocol file (TOML)."
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("protocol", type=Path, metavar="PROTOCOL.toml")
        parser.add_argument("--name", default="", help="the study's short name (default: from its title)")
        parser.add_argument("--check", action="store_true", help="check only; create nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            super().handle(*args, **options)
            return
        # Whoever writes a protocol need not have a database.
        try:
            self.check_protocol(text_of(options["protocol"]))
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal

    def begin(self, by: User, options: dict[str, Any]) -> None:
        text = text_of(options["protocol"])
        study = create_study(text, by=by, slug=options["name"])
        self.say(f"Study {study.slug} created. Next: manage.py import_images {study.slug} --source NAME …")

    def check_protocol(self, text: str) -> None:
        """Refuse a text that is no protocol, and warn of one that may tell its readers too much."""
        parse_protocol(text)
        for warning in examine(text).warnings:
            self.say(f"Warning: {warning}")
        self.say("The protocol is in order.")
