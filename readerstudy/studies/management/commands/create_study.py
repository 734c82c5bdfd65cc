from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand, protocol_text
from readerstudy.studies.create import create_study
from readerstudy.studies.protocol import parse_protocol


class Command(StudyCommand):
    help = "Create a study from a protocol file (TOML)."
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("protocol", type=Path, metavar="PROTOCOL.toml")
        parser.add_argument("--name", default="", help="the study's short name (default: from its title)")
        parser.add_argument("--check", action="store_true", help="say what is wrong and begin nothing")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        text = protocol_text(options["protocol"])
        if options["check"]:
            parse_protocol(text)
            self.say("The protocol is in order.")
            return
        study = create_study(text, by=by, slug=options["name"])
        self.say(f"Study {study.slug} begun. Next: manage.py import_images {study.slug} --source NAME …")
