from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.invite import invite_reader, invite_staff
from readerstudy.studies.models import Role, Study


class Command(StudyCommand):
    help = "Invite people by e-mail address; prints a personal link for each, which works once."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", action="append", required=True, help="may be given several times")
        parser.add_argument("--role", choices=Role.values, default=Role.READER)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        for email in options["email"]:
            if options["role"] == Role.READER:
                invited = invite_reader(study, email, by=by)
            else:
                invited = invite_staff(study, email, options["role"], by=by)
            self.say(f"{email}\t{invited.link}")
