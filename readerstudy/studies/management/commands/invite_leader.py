from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.lead import invite_leader


class Command(StudyCommand):
    help = (
        "Let somebody create studies. Prints a personal link, which works once and makes their account, or "
        "the address to sign in at if they have an account. Readers and staff are invited to a study instead."
    )
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the leader's email address")
        parser.add_argument("--name", default="", help="name shown in the log")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        email = options["email"]
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an email address. Write name@hospital.example.") from error
        self.say(invite_leader(email, by=by, name=options["name"]))
