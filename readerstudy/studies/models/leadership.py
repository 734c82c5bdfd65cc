"""The right to create studies. It is given to a person; having an account is not enough."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.studies.models.milestones import Milestone


class LeadershipQuerySet(models.QuerySet["Leadership"]):
    def current(self) -> "LeadershipQuerySet":
        return self.filter(withdrawal__isnull=True)

    def of(self, user: User) -> "LeadershipQuerySet":
        """Return the rights of a person: given directly, or with an invitation they accepted."""
        return self.filter(models.Q(user=user) | models.Q(invitation__claim__by=user))


class Leadership(models.Model):
    """Somebody may create studies: a person with an account, or whoever accepts the invitation."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    invitation = models.OneToOneField(
        "accounts.Invitation", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[LeadershipQuerySet] = LeadershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) ^ models.Q(invitation__isnull=False),
                name="leadership_is_of_a_person_or_an_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"leadership of {self.user or self.invitation}"


class LeadershipWithdrawal(Milestone):
    """The right was taken back. Studies that were created stay."""

    leadership = models.OneToOneField(Leadership, on_delete=models.PROTECT, related_name="withdrawal")

    def __str__(self) -> str:
        return f"{self.leadership} withdrawn"
