from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.person.data import erase_person
from readerstudy.studies.command import StudyCommand
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = (
        "Erase a person: their name, address, password, second factors and tokens. Answers stay under the "
        "pseudonym, and the append-only log is not changed. This cannot be undone."
    )
    asks = StatedReason
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's email address")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        erased = erase_person(self.author(options["email"]), by=by, reason=options["reason"])
        self.say(f"Erased; the account is now {erased.email} and nobody can sign in to it.")
