"""What happened: one append-only, hash-chained row for each verb."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from readerstudy.accounts.models import User

GENESIS = "0" * 64


class Audience(models.TextChoices):
    """Who may read an event while a study is blinded."""

    READER = "reader", "everybody in the study, the reader concerned included"
    STAFF = "staff", "owners, coordinators and analysts"
    UNBLINDED = "unblinded", "nobody before the unblinding"


# What each audience may read. Nothing else is mentioned to it: a count can tell as much as the words.
READABLE = {
    Audience.READER: (Audience.READER,),
    Audience.STAFF: (Audience.READER, Audience.STAFF),
    Audience.UNBLINDED: (Audience.READER, Audience.STAFF, Audience.UNBLINDED),
}


class StreamQuerySet(models.QuerySet["Stream"]):
    def within(self, scope: str) -> "StreamQuerySet":
        """The streams of a scope: by its name (`study:12`), its label (the study's slug), or one alone."""
        labelled = self.model.objects.filter(label=scope).values("scope")
        return self.filter(
            models.Q(scope=scope) | models.Q(name=scope) | models.Q(scope__in=labelled)
        ).order_by("pk")


class Stream(models.Model):
    """One chain of events. Readers have a stream each, so that they never wait for one another.

    `length`, `head` and `seal` say how long the chain is, where it ends, and that the platform said so:
    without its secret key nobody can shorten or rewrite a chain and seal it again.
    """

    name = models.CharField(max_length=120, unique=True)
    scope = models.CharField(max_length=80, db_index=True)
    label = models.CharField(max_length=120, blank=True, db_index=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)
    seal = models.CharField(max_length=64, blank=True)

    objects = StreamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event as one audience may read it.

    Gaps in `number`, its place in its stream, or in the keys of subjects would tell of what is left out.
    """

    stream: str
    number: int | None
    at: datetime
    by: User | None
    verb: str
    subject: str
    particulars: dict[str, Any]
    reason: str


class EventQuerySet(models.QuerySet["Event"]):
    def within(self, scope: str) -> "EventQuerySet":
        """Everything that happened in a scope, in the order in which it was written."""
        return self.filter(stream__in=Stream.objects.within(scope)).order_by("at", "pk")

    def for_audience(self, audience: Audience) -> "EventQuerySet":
        return self.filter(audience__in=READABLE[audience])


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

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["stream", "number"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="event_number_is_unique_in_its_stream"),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="event_audience_is_one_of_three"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream.name} #{self.number} {self.verb}"

    def for_audience(self, audience: Audience) -> Entry:
        reads_all = len(READABLE[audience]) == len(Audience)
        return Entry(
            stream=self.stream.name,
            number=self.number if reads_all else None,
            at=self.at,
            by=self.by,
            verb=self.verb,
            subject=self.subject if reads_all else self.subject.partition(":")[0],
            particulars=self._told_to(audience),
            reason=self.reason,
        )

    def _told_to(self, audience: Audience) -> dict[str, Any]:
        """The particulars, without a digest of images that an earlier version made without a key.

        Whoever knows the images could try out against it which of them are in which source.
        """
        can_be_tried_out = self.verb == "blinding audited" and "keyed" not in self.particulars
        if can_be_tried_out and audience != Audience.UNBLINDED:
            return {name: value for name, value in self.particulars.items() if name != "images"}
        return dict(self.particulars)
