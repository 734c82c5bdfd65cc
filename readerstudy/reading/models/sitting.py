"""A reader at a screen: consent, questionnaire, sittings, what happened in them, and the end."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Enrolment

FORGOTTEN_AFTER = timedelta(minutes=10)


class BeforeReading(models.Model):
    """One of the steps that a reader takes once, before the first image."""

    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class Consent(BeforeReading):
    enrolment = models.OneToOneField("studies.Enrolment", on_delete=models.PROTECT, related_name="consent")
    text_digest = models.CharField(max_length=64)


class Briefing(BeforeReading):
    """A reader has seen the instructions, and these were they."""

    enrolment = models.OneToOneField("studies.Enrolment", on_delete=models.PROTECT, related_name="briefing")
    text_digest = models.CharField(max_length=64)


class Questionnaire(BeforeReading):
    """What a reader said of themselves, as the protocol asked."""

    enrolment = models.OneToOneField(
        "studies.Enrolment", on_delete=models.PROTECT, related_name="questionnaire"
    )
    answers = models.JSONField()
    salt = models.UUIDField(null=True)


class OwnKeys(models.Model):
    """The keys that somebody has chosen for the tools of the reading page, by the standard key of each."""

    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="own_keys")
    keys = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Keys of {self.user}"


class SittingQuerySet(models.QuerySet["Sitting"]):
    def holding(self, enrolment: Enrolment) -> "Sitting | None":
        """The tab that may answer: the one that was opened or took over last."""
        return _HOLDING.instance(self.model, enrolment=enrolment.pk)


_HOLDING = Statement(
    lambda: Sitting.objects.filter(enrolment=Given("enrolment")).order_by("-held_since", "-pk")[:1]
)


class Sitting(models.Model):
    """One tab in which a reader reads. The one that was taken up last is the one that may answer."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="sittings")
    token = models.UUIDField(unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    held_since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    screen = models.JSONField(default=dict)
    display_check = models.JSONField(default=dict)
    passed_display_check = models.BooleanField(null=True)

    objects: ClassVar[SittingQuerySet] = SittingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["enrolment", "started_at"]

    def __str__(self) -> str:
        return f"{self.enrolment} since {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_alive(self) -> bool:
        """Whether somebody probably still sits there."""
        return self.ended_at is None and timezone.now() - self.seen_at < FORGOTTEN_AFTER


class Activity(models.Model):
    """Pauses, breaks, focus and visibility within a sitting, by the client's clock and the server's."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=30)
    client_ms = models.BigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    particulars = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.kind


class PracticeRound(models.Model):
    """A reader went through a practice section; whether that was good enough is decided above this room."""

    enrolment = models.ForeignKey(
        "studies.Enrolment", on_delete=models.PROTECT, related_name="practice_rounds"
    )
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="practice_rounds")
    number = models.PositiveIntegerField()
    passed = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "section", "number"], name="practice_round_number_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.section.name} round {self.number}"


class Debriefing(models.Model):
    """A reader has read what a section discloses after it, and this was the text."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="debriefings")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="debriefings")
    text_digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "section"], name="debriefing_is_one_per_section")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} was told of {self.section.name}"


class EarlyEnd(models.Model):
    """A section ended for a reader before its last trial: its staircase had come to its end."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="early_ends")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="early_ends")
    answered = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "section"], name="early_end_is_one_per_section")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} ended {self.section.name} after {self.answered}"


class Submission(models.Model):
    """A reader has finished a section and handed it in."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="submissions")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "section"], name="submission_is_one_per_section")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} finished {self.section.name}"
