"""A program that reads: what it is, and who is responsible for it."""

from django.conf import settings
from django.db import models

from readerstudy.studies.models.enrolment import Enrolment


class Program(models.Model):
    """What a program reader is made of. Its answers never count among those of people.

    `endpoint` is where its images are sent, "" if they stay in the process that reads.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="program_details")
    model = models.CharField(max_length=120)
    version = models.CharField(max_length=120)
    prompt_digest = models.CharField(max_length=64)
    repeats = models.PositiveIntegerField(default=1)
    endpoint = models.CharField(max_length=300, blank=True)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(repeats__gte=1), name="program_reads_at_least_once")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.version} as {self.enrolment.pseudonym}"

    def particulars(self) -> dict[str, object]:
        """Return what the log records of the program; `verify_people` compares the row with it."""
        return {
            "model": self.model,
            "version": self.version,
            "prompt_digest": self.prompt_digest,
            "repeats": self.repeats,
            "endpoint": self.endpoint,
            "holder": self.holder_id,
        }
