"""Answers. Rows are only ever added: a correction is a new revision, held by triggers."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from readerstudy.reading.models.presentation import Presentation, Slot


class Call(models.TextChoices):
    REAL = "real", "real"
    SYNTHETIC = "synthetic", "synthetic"


class Verdict(models.TextChoices):
    FITS = "fits", "fits"
    DISCREPANT = "discrepant", "discrepant"
    UNSURE = "unsure", "unsure"


class Draft(models.Model):
    """A half-filled answer. The newest is kept, and it is nobody's answer."""

    presentation = models.ForeignKey(Presentation, on_delete=models.CASCADE, related_name="drafts")
    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.CASCADE, related_name="+")
    body = models.JSONField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["presentation", "enrolment"], name="draft_is_one_per_presentation"
            )
        ]

    def __str__(self) -> str:
        return f"Draft for {self.presentation}"


class ResponseQuerySet(models.QuerySet["Response"]):
    def final(self) -> "ResponseQuerySet":
        """The newest revision of each answer."""
        newer = Response.objects.filter(
            presentation=models.OuterRef("presentation"),
            enrolment=models.OuterRef("enrolment"),
            revision__gt=models.OuterRef("revision"),
        )
        return self.filter(~models.Exists(newer))

    def counted(self) -> "ResponseQuerySet":
        """Final answers of readers who were not withdrawn together with their answers."""
        return self.final().exclude(enrolment__withdrawal__keep_answers=False)


class Response(models.Model):
    presentation = models.ForeignKey(Presentation, on_delete=models.PROTECT, related_name="responses")
    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="responses")
    sitting = models.ForeignKey(
        "reading.Sitting", on_delete=models.PROTECT, related_name="responses", null=True, blank=True
    )
    revision = models.PositiveIntegerField(default=1)
    client_uuid = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    pick = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    call = models.CharField(max_length=9, choices=Call.choices, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    observed = models.JSONField(default=dict, blank=True)
    #: What the columns above do not hold, as `Said.as_dict` writes it; null where there is nothing.
    items = models.JSONField(null=True, blank=True)
    response_ms = models.PositiveIntegerField(null=True, blank=True)
    active_ms = models.PositiveIntegerField(null=True, blank=True)
    timing = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ResponseQuerySet] = ResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["presentation", "enrolment", "revision"], name="response_revision_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(revision__gte=1), name="response_revision_starts_at_one"
            ),
            models.CheckConstraint(
                condition=models.Q(call__in=["", *Call.values]), name="response_call_is_real_or_synthetic"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["", *Verdict.values]), name="response_verdict_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.presentation} r{self.revision}"


class Rating(models.Model):
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="ratings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    points = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "slot"], name="rating_is_one_per_slot")]

    def __str__(self) -> str:
        return f"{self.slot}: {self.points}"


class Reason(models.Model):
    """What gave an image away: a tag, and a spot in image coordinates."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="reasons")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    tag = models.CharField(max_length=60, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(x__isnull=True, y__isnull=True) | models.Q(x__gte=0, y__gte=0),
                name="reason_spot_is_inside",
            )
        ]

    def __str__(self) -> str:
        return self.tag or f"({self.x}, {self.y})"
