from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.command import DeskCommand, takes_letters
from readerstudy.desk.people import remind_people, to_remind
from readerstudy.studies.models import Study


class Command(DeskCommand):
    help = (
        "Remind those who have not finished. Whoever has not accepted yet gets a new link, and the old one "
        "no longer works."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--email", action="append", default=[], help="whom (default: everybody who has not finished)"
        )
        takes_letters(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        people = to_remind(study, options["email"])
        if not people:
            self.say("Nobody has anything left to do.")
        self.tell_of_people(remind_people(people, by=by, mail=not options["links_only"]))
