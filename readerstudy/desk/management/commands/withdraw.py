from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.command import DeskCommand, somebody_of, takes_leaving
from readerstudy.studies.models import Study
from readerstudy.studies.withdraw import withdraw


class Command(DeskCommand):
    help = "Withdraw somebody from a study; an invitation that was not accepted is revoked."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="a reader's pseudonym, or an e-mail address")
        takes_leaving(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        person, keep = somebody_of(study, options["person"]), options["keep_answers"]
        withdraw(person, by=by, reason=options["reason"], keep_answers=keep)
        self.say(f"{person.pseudonym or person.email} is withdrawn.")
