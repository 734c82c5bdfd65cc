from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from readerstudy.desk.backup.archive import write_backup
from readerstudy.errors import ReaderstudyError


class Command(BaseCommand):
    help = "Copy database, images, reports and uploads into one file, while the platform runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, such as /backup/2026-11-28.tar")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            write_backup(options["file"], tell=self.stdout.write)
        except (ReaderstudyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['file']} is complete. It lacks {settings.SECRETS_KEY_FILE} and SECRET_KEY: keep "
            "copies of both elsewhere."
        )
