"""Background jobs as rows: the request, the progress, and whether a worker is still running it."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from readerstudy.studies.models.milestones import Milestone

VANISHED_AFTER = timedelta(seconds=60)


class RunQuerySet(models.QuerySet["Run"]):
    def open(self) -> "RunQuerySet":
        return self.filter(finished_at__isnull=True)

    def vanished(self) -> "RunQuerySet":
        """Return started runs whose worker has gone."""
        silent_since = timezone.now() - VANISHED_AFTER
        return self.open().filter(heartbeat_at__lt=silent_since)


class Run(models.Model):
    """A background job of a study, such as an import. `request` holds everything the worker needs."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=20)
    request = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects: ClassVar[RunQuerySet] = RunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["study", "kind", "-asked_at"], name="run_of_study")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.study.slug}: {self.done} of {self.total}"

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def state(self) -> str:
        """Return waiting, running, vanished, cancelled, failed or finished."""
        if self.finished_at is not None:
            return "cancelled" if hasattr(self, "cancellation") else "failed" if self.error else "finished"
        if self.heartbeat_at is None:
            return "waiting"
        return "vanished" if self.heartbeat_at < timezone.now() - VANISHED_AFTER else "running"


class Cancellation(Milestone):
    """A request to stop a run; its worker stops at the next item."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="cancellation")

    def __str__(self) -> str:
        return f"{self.run} cancelled"
