from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.protocol.options import Revision
from readerstudy.studies.command import StudyCommand, text_of
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import parse_protocol
from readerstudy.web.options import takes, typed


class Command(StudyCommand):
    help = "Replace the protocol of a study that is not locked; every problem is named with its line."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("protocol", type=Path, metavar="PROTOCOL.toml")
        parser.add_argument("--check", action="store_true", help="check only; save nothing")
        takes(parser, Revision, "text", "over")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        text = text_of(options["protocol"])
        if options["check"]:
            parse_protocol(text)
            self.say("The protocol is in order.")
            return
        protocol = revise_protocol(study, by=by, **typed(Revision, options, text=text))
        self.say(f"Version {protocol.version}, {protocol.digest[:16]}. Next: manage.py allocate {study.slug}")
