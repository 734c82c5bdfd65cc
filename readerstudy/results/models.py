"""Interim looks, gaze, and counts that are stored because counting a million answers is slow."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from readerstudy.studies.models.milestones import Milestone


class InterimLook(Milestone):
    """A look at the primary endpoint before the end: what the monitor learned, and what it decided.

    `information` is the share of the planned answers. Only `decided` is for everybody on the staff.
    """

    class Decision(models.TextChoices):
        CONTINUE = "continue", "the study goes on"
        STOP = "stop", "the study is to stop"

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    answers = models.PositiveBigIntegerField()
    data_digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=8, choices=Decision.choices)
    information = models.FloatField()
    estimate = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p = models.FloatField(null=True)
    nominal_p = models.FloatField()

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="look_has_a_number_of_its_own")
        ]

    def __str__(self) -> str:
        return f"look {self.number} of {self.study.slug}"

    def decided(self) -> dict[str, Any]:
        """What the log tells the staff."""
        return {
            "number": self.number,
            "percent": self.percent,
            "answers": self.answers,
            "data": self.data_digest,
            "decision": self.decision,
        }

    def found(self) -> dict[str, Any]:
        """What the log keeps until the unblinding."""
        numbers = ("information", "estimate", "low", "high", "p", "nominal_p")
        return {name: getattr(self, name) for name in numbers}

    def said(self) -> dict[str, Any]:
        """What the bundle says once the truth is known."""
        numbers = ("information", "answers", "decision", "estimate", "p", "nominal_p")
        return {name: getattr(self, name) for name in numbers}


class ImageTally(models.Model):
    """How many readers saw one image of a trial, and how many of them took it for real.

    Counted when somebody first looks: a study is unblinded only once it is frozen, and from then on no
    answer comes, and none is dropped.
    """

    trial_image = models.OneToOneField(
        "studies.TrialImage", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    votes = models.PositiveIntegerField()
    readers = models.PositiveIntegerField()
    mean_rating = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.trial_image}: {self.votes} of {self.readers}"


class GazeTable(models.Model):
    """One imported table of where a reader's eyes were; the same table again is the same row."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    samples = models.PositiveIntegerField(help_text="In the table.")
    placed = models.PositiveIntegerField(help_text="On an image that an answer was given to.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "digest"], name="gaze_table_is_imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.placed} of {self.samples} samples"


class Gaze(models.Model):
    """Where the eyes were during one answer: milliseconds, letter of the image, x, y in its pixels."""

    table = models.ForeignKey(GazeTable, on_delete=models.PROTECT, related_name="gazes")
    response = models.ForeignKey("reading.Response", on_delete=models.PROTECT, related_name="+")
    points = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "response"], name="gaze_is_one_per_table_and_answer")
        ]

    def __str__(self) -> str:
        return f"gaze during {self.response}"
