from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from readerstudy.desk.backup.archive import read_backup
from readerstudy.errors import ReaderstudyError


class Command(BaseCommand):
    help = "Load a backup into an empty database and storage. Stop web processes and workers before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            read_backup(options["file"], tell=self.stdout.write)
        except (ReaderstudyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Put SECRETS_KEY_FILE and SECRET_KEY in place, then run: migrate, verify_audit")
