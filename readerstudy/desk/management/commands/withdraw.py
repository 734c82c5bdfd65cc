from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.people.command import PeopleCommand, somebody_of, takes_leaving
from readerstudy.desk.people.inviting import withdraw_person
from readerstudy.desk.people.options import Withdrawal
from readerstudy.studies.models import Study
from readerstudy.web.options import typed


class Command(PeopleCommand):
    help = "Withdraw somebody from a study; an invitation that was not accepted is revoked."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="a reader's pseudonym, or an email address")
        takes_leaving(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        person = somebody_of(study, options["person"])
        withdraw_person(person, by=by, **typed(Withdrawal, options))
        self.say(f"{person.pseudonym or person.email} is withdrawn.")
