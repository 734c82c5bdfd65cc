import os
import signal
import subprocess
import sys
import threading
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from readerstudy.audit.outside import keep_outside_daily
from readerstudy.studies.runs import take_up_vanished
from readerstudy.studies.runs.presence import say_present

SECONDS_BETWEEN_LOOKS = 20


class Command(BaseCommand):
    help = (
        "Run imports, audits, reports and generation in the background. Each queue has its own process, so "
        "nothing waits for images to be generated. Start as many workers as the machine can run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="process waiting runs, then exit")
        parser.add_argument("--queue", choices=settings.QUEUES, help="work on this queue only")
        parser.add_argument("--parent", type=int, default=0, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        count = take_up_vanished()
        if count:
            self.stdout.write(f"{count} interrupted runs are queued again.")
        say_present()
        stop, (first, *others) = threading.Event(), self._queues(options)
        beside = [_Beside(queue) for queue in others]
        if not options["once"]:
            threading.Thread(target=_look_after, args=(stop, beside, options["parent"]), daemon=True).start()
        try:
            # Reloading would start each process a second time.
            call_command(
                "db_worker", queue_name=first, batch=options["once"], startup_delay=False, reload=False
            )
        finally:
            stop.set()
            for one in beside:
                one.end()

    @staticmethod
    def _queues(options: dict[str, Any]) -> list[str]:
        """Return this process's queues, then those of the processes beside it."""
        if options["queue"]:
            return [options["queue"]]
        return ["*"] if options["once"] else list(settings.QUEUES)


class _Beside:
    """A worker of another queue, in a process that is started again when it dies."""

    def __init__(self, queue: str) -> None:
        words = f"worker --queue {queue} --parent {os.getpid()}"
        self._command = [sys.executable, sys.argv[0], *words.split()]
        self._process = subprocess.Popen(self._command)  # noqa: S603  (this very program)

    def restart_if_dead(self) -> None:
        if self._process.poll() is not None:
            self._process = subprocess.Popen(self._command)  # noqa: S603

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


def _look_after(stop: threading.Event, beside: list[_Beside], parent: int) -> None:
    while not stop.wait(SECONDS_BETWEEN_LOOKS):
        if parent and os.getppid() != parent:  # nobody would end this process any more
            os.kill(os.getpid(), signal.SIGTERM)
            return
        for one in beside:
            one.restart_if_dead()
        say_present()
        take_up_vanished()
        keep_outside_daily()
        close_old_connections()
