from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generation.commands import progression
from readerstudy.errors import ReaderstudyError
from readerstudy.synthesis.generate import require_torch, speaking_plainly


class Command(BaseCommand):
    """Starts without Django's apps: `readerstudy.command_line` relies on it."""

    help = "Show the same synthetic patient at every grade. Run it again to resume."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        progression.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_torch()
            with speaking_plainly():
                progression.run(Namespace(**options))
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal
