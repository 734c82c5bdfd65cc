"""A person's part in a study."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from readerstudy.accounts.models import OPERATOR, User
from readerstudy.statements import Given, Statement
from readerstudy.studies.models.milestones import Milestone


class Role(models.TextChoices):
    OWNER = "owner", "owner"
    MONITOR = "monitor", "monitor"
    COORDINATOR = "coordinator", "coordinator"
    ANALYST = "analyst", "analyst"
    READER = "reader", "reader"


STAFF = (Role.OWNER, Role.COORDINATOR, Role.ANALYST)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def current(self) -> "EnrolmentQuerySet":
        """Return the enrolments that have not been withdrawn."""
        return self.filter(withdrawal__isnull=True)

    def readers(self) -> "EnrolmentQuerySet":
        return self.filter(role=Role.READER)

    def of(self, user: User | AnonymousUser) -> "EnrolmentQuerySet":
        """Return the enrolments of a person: given directly, or by accepting an invitation."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(models.Q(user=user) | models.Q(invitation__claim__by=user))

    def accepted(self) -> "EnrolmentQuerySet":
        return self.filter(models.Q(user__isnull=False) | models.Q(invitation__claim__isnull=False))


class Enrolment(models.Model):
    """A role in a study; a reader's also has a place in its plan, and the arm that the place belongs to.

    An invited person is enrolled at once: the place is theirs before they have an account. Whoever
    claims the invitation is the person; ask `of(user)` and `person` rather than `user`. A reader withdrawn
    before coming has given the place up unseen, and with it the pseudonym.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments", null=True, blank=True
    )
    invitation = models.OneToOneField(
        "accounts.Invitation", on_delete=models.PROTECT, related_name="enrolment", null=True, blank=True
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    place = models.PositiveIntegerField(null=True, blank=True)
    arm = models.CharField(max_length=80, blank=True, default="")
    pseudonym = models.CharField(max_length=12, blank=True)
    virtual = models.BooleanField(default=False)
    program = models.BooleanField(default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[EnrolmentQuerySet] = EnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["study", "role", "place"]
        constraints = [
            models.UniqueConstraint(fields=["study", "user", "role"], name="enrolment_is_unique_per_role"),
            models.UniqueConstraint(fields=["study", "place"], name="enrolment_place_is_taken_once"),
            models.CheckConstraint(
                condition=models.Q(role=Role.READER) | models.Q(place__isnull=True),
                name="enrolment_place_belongs_to_readers",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(invitation__isnull=False),
                name="enrolment_is_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pseudonym or self.user or self.role} in {self.study.slug}"

    @property
    def own_place(self) -> int:
        """Return the place of a reader, or 0 for staff, who have none."""
        return self.place or 0

    @property
    def person(self) -> User | None:
        """Return the account, or None until the invitation is accepted."""
        if self.user is not None or self.invitation is None:
            return self.user
        claim = getattr(self.invitation, "claim", None)
        return claim.by if claim else None

    @property
    def email(self) -> str:
        if self.invitation is not None:
            return self.invitation.email
        return self.user.email if self.user else ""

    @property
    def inviter(self) -> User:
        """Return who invites, as the person is told: an owner, where that was done at the command line."""
        if self.invited_by.email != OPERATOR:
            return self.invited_by
        owners = Enrolment.objects.current().filter(study=self.study, role=Role.OWNER).order_by("pk")
        people = [owner.person for owner in owners]
        named = [person for person in people if person is not None and person.email != OPERATOR]
        return named[0] if named else self.invited_by

    @property
    def language(self) -> str:
        """Return the language of emails: the account's, or before there is one the inviter's choice."""
        person = self.person
        if person is not None:
            return person.language
        return self.invitation.language if self.invitation is not None else ""

    #: Which rows beside it are there, where the statement that found it has said so.
    beside: Mapping[str, bool] | None = None

    def has(self, name: str) -> bool:
        """Return whether there is a withdrawal, a freeze of the study, or a completed step before reading."""
        if self.beside is not None:
            return self.beside[name]
        return hasattr(self.study if name == "freeze" else self, name)

    def take_turn(self) -> "Enrolment":
        """Lock the row and return it as it is now: requests of one reader are handled one after another."""
        return Enrolment.objects.select_for_update(of=("self",)).get(pk=self.pk)

    def await_turn(self) -> None:
        """Lock the row without reading it."""
        _OURS.rows(enrolment=self.pk)

    @property
    def stream(self) -> str:
        """Return the reader's own audit stream, so that concurrent readers never wait for one another."""
        return f"study:{self.study_id}/enrolment:{self.pk}"


_OURS = Statement(
    lambda: (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk=Given("enrolment"))
        .order_by()
        .values_list("pk")
    )
)


def is_staff_of_a_study(user: User) -> bool:
    """Return whether somebody can see or change more of a study than a reader."""
    return Enrolment.objects.of(user).current().exclude(role=Role.READER).exists()


class Withdrawal(Milestone):
    """A person left a study. Their answers stay in the record; `keep_answers` says whether they count."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="withdrawal")
    keep_answers = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.enrolment} withdrawn"
