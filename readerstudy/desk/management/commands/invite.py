from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.command import DeskCommand, takes_letters
from readerstudy.desk.people import invite_people
from readerstudy.studies.models import Role, Study


class Command(DeskCommand):
    help = "Invite people by e-mail address: each gets a personal link, printed and by letter."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", action="append", required=True, help="may be given several times")
        parser.add_argument("--role", choices=Role.values, default=Role.READER)
        parser.add_argument("--leads", action="store_true", help="let staff create studies of their own")
        takes_letters(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        outcome = invite_people(
            study,
            options["email"],
            options["role"],
            by=by,
            mail=not options["links_only"],
            leads=options["leads"],
        )
        self.tell_of_people(outcome)
