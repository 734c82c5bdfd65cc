"""What is kept beside the answers because counting a million of them is slow; the answers remain what counts.

`reading/tally.py` keeps these rows in the answer's own transaction.
"""

from datetime import timedelta

from django.db import models


class Tally(models.Model):
    """How many answers a reader gave in a section on a day.

    A correction is no more answer, but its moment and its clock count on the day on which it came.
    """

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="tallies")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    answers = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)
    active_ms = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()
    #: How far the reader's clock and the server's were apart at most.
    clock_gap = models.DurationField(default=timedelta)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "section", "day"], name="tally_is_one_per_section_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.answers} in {self.section.name}"


class Chosen(models.TextChoices):
    CALL = "call", "call"
    PICK = "pick", "place on the screen"
    RATING = "rating", "rating"


class Choice(models.Model):
    """How often a reader chose one thing in a section, by the newest revision of each answer."""

    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey("studies.Section", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Chosen.choices)
    value = models.CharField(max_length=9)
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "section", "kind", "value"], name="choice_is_one_per_section_and_value"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Chosen.values), name="choice_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.kind} {self.value}, {self.times} times in {self.section.name}"
