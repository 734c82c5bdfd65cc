from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.lead import withdraw_leader
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = "Withdraw the right to create studies. The person keeps existing studies and roles."
    asks = StatedReason
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the leader's email address")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the email address {options['email']}.")
        if not withdraw_leader(user, by=by, reason=options["reason"]):
            raise CommandError(f"{user.email} had no right to create studies.")
        self.say(f"{user.email} can no longer create studies.")
