"""Whether the server works: a worker is running, the disks have space, email goes out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import disk_usage

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models import Count, Q
from django.utils import timezone

from readerstudy.audit.models import Event
from readerstudy.imaging.storage import image_storage
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs.presence import worker_is_there

WAITING_TOO_LONG = timedelta(minutes=1)
LEAST_FREE_BYTES = 2 * 1024**3


def health_problems(study: Study) -> list[str]:
    """Return what the operator of the server should fix; nothing if the server is healthy."""
    return [*_runs(), *_disks(), *_letters(study)]


def _runs() -> Iterator[str]:
    since = timezone.now() - WAITING_TOO_LONG
    found = Run.objects.open().aggregate(
        waiting=Count("pk", filter=Q(heartbeat_at__isnull=True, asked_at__lt=since)),
        vanished=Count("pk", filter=Q(pk__in=Run.objects.vanished())),
    )
    waiting, vanished = found["waiting"], found["vanished"]
    # While a worker is busy with another run, waiting is no fault.
    if waiting and not worker_is_there():
        runs = "1 run is" if waiting == 1 else f"{waiting} runs are"
        yield f"No worker is running, and {runs} waiting. Start one: manage.py worker"
    if vanished:
        runs = "1 run" if vanished == 1 else f"{vanished} runs"
        yield f"The worker stopped during {runs}. Start one to resume: manage.py worker"


def _disks() -> Iterator[str]:
    storage = image_storage()
    folders = [Path(settings.HOME)]
    if isinstance(storage, FileSystemStorage):
        folders.append(Path(storage.location))
    there = {folder.stat().st_dev: folder for folder in reversed(folders) if folder.is_dir()}
    for folder in there.values():
        free = disk_usage(folder).free
        if free < LEAST_FREE_BYTES:
            yield f"Only {free / 1e9:.1f} GB are free under {folder}. Free some space."


def _letters(study: Study) -> Iterator[str]:
    letters = Event.objects.filter(stream__name=study.scope, verb="letter sent")
    newest = letters.order_by("-number").first()
    if newest is not None and not newest.particulars.get("sent"):
        yield (
            f"The last email could not be sent ({newest.at:%-d %B, %H:%M} UTC). Check EMAIL_URL and the mail "
            "server. Meanwhile, hand links over yourself."
        )
