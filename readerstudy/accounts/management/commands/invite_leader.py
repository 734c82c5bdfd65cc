from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from readerstudy.accounts.invite import invite, link_for
from readerstudy.accounts.models import User


class Command(BaseCommand):
    help = (
        "Let a study leader in: prints a personal link, which works once and makes their account. "
        "Readers and further staff are invited from a study's own page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the leader's e-mail address")
        parser.add_argument("--name", default="", help="as it stands in the log")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is no e-mail address, such as name@hospital.example.") from error
        if User.objects.filter(email=email.lower()).exists():
            raise CommandError(f"{email} has an account already: sign in at {settings.SITE_URL}/.")
        _, token = invite(email, by=User.objects.operator(), name=options["name"])
        self.stdout.write(link_for(token))
