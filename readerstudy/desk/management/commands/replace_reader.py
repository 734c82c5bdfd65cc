from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.people.command import PeopleCommand, somebody_of, takes_leaving, takes_mail
from readerstudy.desk.people.inviting import replace_person
from readerstudy.desk.people.options import Replacement
from readerstudy.studies.models import Study
from readerstudy.web.options import typed


class Command(PeopleCommand):
    help = "Withdraw a reader and invite another person to the next free place."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="the reader's pseudonym or email address")
        parser.add_argument("--email", required=True, help="email address of the new reader")
        takes_leaving(parser)
        takes_mail(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        given = typed(Replacement, options, mail=not options["links_only"])
        self.tell_of_people(replace_person(somebody_of(study, options["person"]), by=by, **given))
