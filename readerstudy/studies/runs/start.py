"""Start a run, cancel it, and resume runs whose worker has gone."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.models import Cancellation, Run, Study
from readerstudy.studies.runs.perform import enqueue


@transaction.atomic
def start_run(study: Study, kind: str, request: Mapping[str, Any], *, by: User, total: int = 0) -> Run:
    """Start a run; a worker picks it up after the commit. An open run with the same request is returned.

    The worker's queue is a table of the same database: a run and its place there come together or not at all.
    """
    study.take_turn()
    same = Run.objects.open().filter(study=study, kind=kind, request=dict(request)).first()
    if same is not None:
        return same
    run = Run.objects.create(study=study, kind=kind, request=dict(request), by=by, total=total)
    record(study.scope, "run asked for", by=by, on=run, particulars={"kind": kind})
    enqueue(run)
    return run


@transaction.atomic
def cancel_run(run: Run, *, by: User, reason: str) -> Cancellation:
    """Ask a run to stop. One that nobody has begun, or whose worker has gone, ends at once."""
    cancellation, new = Cancellation.objects.get_or_create(run=run, defaults={"by": by, "reason": reason})
    if new:
        record(run.study.scope, "run cancelled", by=by, on=run, reason=reason)
        if run.state != "running":
            Run.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=timezone.now())
    return cancellation


def take_up_vanished() -> int:
    """Queue runs again whose worker has gone, and return how many."""
    count = 0
    for run in Run.objects.vanished():
        with transaction.atomic():
            claimed = Run.objects.vanished().filter(pk=run.pk).update(heartbeat_at=None)
            if claimed:
                enqueue(run)
        count += claimed
    return count
