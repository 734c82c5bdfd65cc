from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.study.options import Copy
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.duplicate import duplicate


class Command(StudyCommand):
    help = "Duplicate a study: a new draft with its protocol, sources and images, without people and answers."

    asks = Copy

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="", help="the copy's short name (default: from the study's)")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        copy = duplicate(study, by=by, slug=options["name"], title=options["title"])
        self.say(f"Study {copy.slug} created. Next: manage.py revise_protocol {copy.slug} PROTOCOL.toml")
