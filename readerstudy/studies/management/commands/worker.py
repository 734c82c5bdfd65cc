import logging
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from readerstudy.audit.outside import keep_outside_daily
from readerstudy.studies.runs import take_up_vanished
from readerstudy.studies.runs.presence import say_present

SECONDS_BETWEEN_LOOKS = 20

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do the long work: imports, generation, reports. Start as many workers as the machine bears."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        count = take_up_vanished()
        if count:
            self.stdout.write(f"Taken up again: {count} runs whose worker had gone.")
        say_present()
        stop = threading.Event()
        if not options["once"]:
            threading.Thread(target=self._look_after, args=(stop,), daemon=True).start()
        try:
            call_command("db_worker", queue_name="*", batch=options["once"], startup_delay=False)
        finally:
            stop.set()

    @staticmethod
    def _look_after(stop: threading.Event) -> None:
        while not stop.wait(SECONDS_BETWEEN_LOOKS):
            say_present()
            take_up_vanished()
            _keep_outside()
            close_old_connections()


def _keep_outside() -> None:
    """A disk or a mail server that is away must not end the loop; tomorrow's line covers today's events."""
    try:
        keep_outside_daily()
    except OSError:
        logger.exception("The daily line about the end of the audit log could not be kept.")
