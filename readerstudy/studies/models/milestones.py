"""What happened to a study for good: each is a row with who, when and why."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Milestone(models.Model):
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()

    class Meta:
        abstract = True


class Lock(Milestone):
    """Makes protocol, sources, trials and plan read-only."""

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="lock")
    protocol = models.ForeignKey("studies.Protocol", on_delete=models.PROTECT, related_name="+")
    protocol_digest = models.CharField(max_length=64)
    plan_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.study.slug} locked {self.at:%Y-%m-%d}"


class Freeze(Milestone):
    """Ends the reading: no more answers are accepted. The digest identifies the data."""

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="freeze")
    data_digest = models.CharField(max_length=64)
    responses = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.study.slug} frozen {self.at:%Y-%m-%d}"


class Deadline(Milestone):
    """Replaces the last day to read that readers are told."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="deadlines")
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.study.slug} until {self.day}"
