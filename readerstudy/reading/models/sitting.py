"""A reader at a screen: consent, questionnaire, sittings, what happened in them, and the end."""

from django.db import models
from django.utils import timezone


class Consent(models.Model):
    enrolment = models.OneToOneField("studies.Enrolment", on_delete=models.PROTECT, related_name="consent")
    text_digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Consent of {self.enrolment}"


class Questionnaire(models.Model):
    """What a reader said of themselves, as the protocol asked."""

    enrolment = models.OneToOneField(
        "studies.Enrolment", on_delete=models.PROTECT, related_name="questionnaire"
    )
    answers = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Questionnaire of {self.enrolment}"


class Sitting(models.Model):
    """One tab in which a reader reads. The newest of a reader is the one that may answer."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="sittings")
    token = models.UUIDField(unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    screen = models.JSONField(default=dict)
    display_check = models.JSONField(default=dict)
    passed_display_check = models.BooleanField(null=True)

    class Meta:
        ordering = ["enrolment", "started_at"]

    def __str__(self) -> str:
        return f"{self.enrolment} since {self.started_at:%Y-%m-%d %H:%M}"


class Activity(models.Model):
    """Pauses, breaks, focus and visibility within a sitting, by the client's clock and the server's."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=30)
    client_ms = models.BigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    particulars = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.kind


class Submission(models.Model):
    """A reader has finished a section and handed it in."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="submissions")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "section"], name="submission_is_one_per_section"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} finished {self.section.name}"
