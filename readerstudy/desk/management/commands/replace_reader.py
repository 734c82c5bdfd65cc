from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.command import DeskCommand, somebody_of, takes_leaving, takes_letters
from readerstudy.desk.people import replace_person
from readerstudy.studies.models import Study


class Command(DeskCommand):
    help = "Withdraw a reader and invite somebody else to the next free place, both or neither."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="the reader's pseudonym or e-mail address")
        parser.add_argument("--email", required=True, help="of whoever reads instead")
        takes_leaving(parser)
        takes_letters(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        outcome = replace_person(
            somebody_of(study, options["person"]),
            options["email"],
            by=by,
            reason=options["reason"],
            keep_answers=options["keep_answers"],
            mail=not options["links_only"],
        )
        self.tell_of_people(outcome)
