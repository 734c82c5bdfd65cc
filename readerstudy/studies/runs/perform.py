"""Perform a run: call the function registered for its kind, and keep its progress up to date."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks import task

from readerstudy.audit.record import record
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Cancellation, Run
from readerstudy.studies.models.run import VANISHED_AFTER

Performer = Callable[[Run, "Reporter"], Mapping[str, Any]]

_performers: dict[str, Performer] = {}
_modules: list[str] = []
_queues: dict[str, str] = {}
SECONDS_BETWEEN_REPORTS = 0.5
SECONDS_BETWEEN_BEATS = VANISHED_AFTER.total_seconds() / 4
logger = logging.getLogger(__name__)


class RunCancelled(ReaderstudyError, code="run_cancelled"):
    """The run was cancelled. What it had finished is kept; start it again to go on."""


def performs(kind: str) -> Callable[[Performer], Performer]:
    """Register the performer of runs of a kind. Called again, it continues from what is finished."""

    def declare(performer: Performer) -> Performer:
        _performers[kind] = performer
        return performer

    return declare


def performed_in(module: str, *, queues: Mapping[str, str] | None = None) -> None:
    """Name a module that declares who does runs. It is imported with the first run: it may load much.

    `queues` says in which of `settings.QUEUES` runs of a kind wait, where that is not the default one.
    """
    _modules.append(module)
    _queues.update(queues or {})


def enqueue(run: Run) -> None:
    """Put a run into the queue of its kind."""
    perform.using(queue_name=_queues.get(run.kind, "default")).enqueue(run.pk)


def _performer(kind: str) -> Performer:
    for module in _modules:
        import_module(module)
    return _performers[kind]


class Reporter:
    """Tells a run's row how far the work is, and the work whether it should stop."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._told_at = 0.0

    def tell(self, done: int, total: int) -> None:
        """Call after every item; most calls cost nothing. Raises RunCancelled when asked to stop."""
        now = time.monotonic()
        if now - self._told_at < SECONDS_BETWEEN_REPORTS and done < total:
            return
        self._told_at = now
        Run.objects.filter(pk=self._run.pk).update(done=done, total=total, heartbeat_at=timezone.now())
        if self.should_stop():
            raise RunCancelled

    def should_stop(self) -> bool:
        return Cancellation.objects.filter(run=self._run).exists()


@task()
def perform(run_id: int) -> None:
    """Perform a run; the task behind every run."""
    run = Run.objects.select_related("study", "by").get(pk=run_id)
    if run.finished_at is not None:
        return
    _beat(run)
    error, outcome = "", {}
    try:
        if hasattr(run, "cancellation"):
            raise RunCancelled
        with _beating(run):
            outcome = dict(_performer(run.kind)(run, Reporter(run)))
    except ReaderstudyError as refusal:
        error = refusal.for_everybody
    except Exception as crash:  # a run must end as a row, whatever happened
        logger.exception("Run %s, %s of %s, stopped", run.pk, run.kind, run.study.slug)
        # What the error says may name files and rows, and everybody who works on the study reads this.
        error = f"The run stopped on an unexpected error ({type(crash).__name__}). See the server's log."
        if settings.DEBUG:
            error += "\n" + traceback.format_exc()
    _finish(run, outcome, error)


def _beat(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())


@contextmanager
def _beating(run: Run) -> Iterator[None]:
    """Say that somebody is at it, however long one item takes; a killed worker says nothing any more."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(SECONDS_BETWEEN_BEATS):
            with suppress(DatabaseError):  # a beat that a busy database misses is made up for by the next
                _beat(run)
            connection.close()

    threading.Thread(target=beat, name=f"heartbeat of run {run.pk}", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


@transaction.atomic
def _finish(run: Run, outcome: Mapping[str, Any], error: str) -> None:
    """The first word on how a run ended stands, should two workers ever have been at it."""
    open_still = Run.objects.open().filter(pk=run.pk)
    if not open_still.update(finished_at=timezone.now(), outcome=dict(outcome), error=error):
        return
    run.refresh_from_db()
    particulars = {"kind": run.kind, "done": run.done, "total": run.total, "error": error}
    record(run.study.scope, f"run {run.state}", by=run.by, on=run, particulars=particulars)
