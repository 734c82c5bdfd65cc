"""What happened: one append-only, hash-chained row for each verb."""

from django.conf import settings
from django.db import models


class Audience(models.TextChoices):
    """Who may read the particulars of an event while a study is blinded."""

    READER = "reader", "everybody in the study, the reader concerned included"
    STAFF = "staff", "owners, coordinators and analysts"
    UNBLINDED = "unblinded", "nobody before the unblinding"


class Stream(models.Model):
    """One chain of events. Readers have a stream each, so that they never wait for one another."""

    name = models.CharField(max_length=120, unique=True)
    scope = models.CharField(max_length=80, db_index=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    particulars = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.STAFF)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["stream", "number"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="event_number_is_unique_in_its_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.stream.name} #{self.number} {self.verb}"
