"""A person's part in a study."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from readerstudy.studies.models.milestones import Milestone


class Role(models.TextChoices):
    OWNER = "owner", "owner"
    COORDINATOR = "coordinator", "coordinator"
    ANALYST = "analyst", "analyst"
    READER = "reader", "reader"


STAFF = (Role.OWNER, Role.COORDINATOR, Role.ANALYST)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def current(self) -> "EnrolmentQuerySet":
        """Those that have not been withdrawn."""
        return self.filter(withdrawal__isnull=True)

    def readers(self) -> "EnrolmentQuerySet":
        return self.filter(role=Role.READER)


class Enrolment(models.Model):
    """A role in a study; a reader's also has a place in its plan.

    A reader is enrolled when invited: the place is theirs before they have an account, `user` and
    `accepted_at` follow when the invitation is claimed.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments", null=True, blank=True
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    place = models.PositiveIntegerField(null=True, blank=True)
    pseudonym = models.CharField(max_length=12, blank=True)
    virtual = models.BooleanField(default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[EnrolmentQuerySet] = EnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["study", "role", "place"]
        constraints = [
            models.UniqueConstraint(fields=["study", "user", "role"], name="enrolment_is_unique_per_role"),
            models.UniqueConstraint(fields=["study", "place"], name="enrolment_place_is_taken_once"),
            models.CheckConstraint(
                condition=models.Q(role=Role.READER, place__isnull=False)
                | (~models.Q(role=Role.READER) & models.Q(place__isnull=True)),
                name="enrolment_place_belongs_to_readers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pseudonym or self.user} in {self.study.slug}"

    @property
    def stream(self) -> str:
        """The audit stream of this reader, so that concurrent readers never wait for one another."""
        return f"study:{self.study_id}/enrolment:{self.pk}"


class Withdrawal(Milestone):
    """A person left a study. Their answers stay in the record; `keep_answers` says whether they count."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="withdrawal")
    keep_answers = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.enrolment} withdrawn"
