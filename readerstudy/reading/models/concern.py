"""What a reader finds wrong with a screen. It stands beside the answer and is none."""

from django.db import models
from django.utils import timezone

from readerstudy.reading.models.presentation import Presentation, Slot


class Wrong(models.TextChoices):
    MISSING = "missing", "does not appear, or only in part"
    VIEW = "view", "wrong body part, view or orientation"
    PERSONAL = "personal", "a name or other personal data is visible"
    TEXT = "text", "text or marks that should not be there"
    QUESTION = "question", "the question or the label does not fit"
    OTHER = "other", "something else"


class Concern(models.Model):
    """`slot` is the image that is meant, null where it is the whole screen. Rows are only ever added."""

    presentation = models.ForeignKey(Presentation, on_delete=models.PROTECT, related_name="concerns")
    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="concerns")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Wrong.choices)
    text = models.TextField(blank=True)
    client_uuid = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "client_uuid"], name="concern_is_raised_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Wrong.values), name="concern_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.presentation}: {self.kind}"
