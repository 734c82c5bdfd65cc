from argparse import ArgumentParser
from pathlib import Path
from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from readerstudy.accounts.models import User
from readerstudy.audit.outside import keep_outside


class Command(BaseCommand):
    help = (
        "Print one signed line that says where the audit log ends, and keep it outside this server. The "
        "worker does the same every day if AUDIT_ENDS_FILE or AUDIT_ENDS_MAIL is set."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FILE", help="append the line to a file elsewhere")
        parser.add_argument("--mail", default="", metavar="ADDRESS", help="mail the line")

    def handle(self, *args: Any, to: Path | None, mail: str, **options: Any) -> None:
        try:
            line = keep_outside(by=User.objects.operator(), to=to, mail=mail)
        except (OSError, SMTPException) as error:
            raise CommandError(f"The line could not be kept: {error}.") from error
        self.stdout.write(line)
