"""Whether the server does its work: is a worker there, is there room on the disk."""

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from readerstudy.studies.models import Run

WAITING_TOO_LONG = timedelta(minutes=1)
LEAST_FREE_BYTES = 2 * 1024**3


def health_problems() -> list[str]:
    """What somebody who runs the server should mend; nothing if all is well."""
    problems = []
    since = timezone.now() - WAITING_TOO_LONG
    waiting = Run.objects.open().filter(heartbeat_at__isnull=True, asked_at__lt=since).count()
    if waiting:
        problems.append(f"{waiting} runs wait for a worker. Start one: manage.py worker")
    vanished = Run.objects.vanished().count()
    if vanished:
        problems.append(
            f"The worker of {vanished} runs has gone. Start one; it takes them up: manage.py worker"
        )
    free = _free_bytes(Path(settings.HOME))
    if free < LEAST_FREE_BYTES:
        problems.append(f"Only {free / 1e9:.1f} GB are free under {settings.HOME}. Make room.")
    return problems


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
