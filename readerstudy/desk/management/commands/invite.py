from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.people.command import PeopleCommand, takes_mail
from readerstudy.desk.people.inviting import invite_people
from readerstudy.desk.people.options import Invitation
from readerstudy.studies.models import Study
from readerstudy.web.options import takes, typed


class Command(PeopleCommand):
    help = "Invite people by email address: each gets a personal link, printed and by email."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", action="append", required=True, help="can be repeated")
        takes(parser, Invitation, "emails", "mail")
        takes_mail(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        given = typed(Invitation, options, emails=options["email"], mail=not options["links_only"])
        self.tell_of_people(invite_people(study, by=by, **given))
