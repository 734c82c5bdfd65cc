"""A study and the protocol it follows."""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from readerstudy.accounts.models import User
from readerstudy.studies.errors import StudyIsFrozen, StudyIsLocked, StudyIsNotLocked
from readerstudy.studies.models.enrolment import Enrolment
from readerstudy.studies.models.milestones import Freeze, Lock
from readerstudy.studies.protocol import ProtocolDocument, parse_protocol


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User | AnonymousUser) -> "StudyQuerySet":
        """Return the studies in which a person has a role."""
        return self.filter(pk__in=Enrolment.objects.current().of(user).values("study_id"))

    def in_role(self, user: User | AnonymousUser, *roles: str) -> "StudyQuerySet":
        """Return the studies in which a person has one of the roles."""
        mine = Enrolment.objects.current().of(user).filter(role__in=roles)
        return self.filter(pk__in=mine.values("study_id"))

    def real(self) -> "StudyQuerySet":
        """Return the studies that are not rehearsals."""
        return self.filter(rehearses__isnull=True)


class Study(models.Model):
    """`uuid` names the study for ever; it is public, and no secret is derived from it alone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True, max_length=80)
    title = models.CharField(max_length=300)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    rehearses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="rehearsals"
    )
    copy_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )

    objects: ClassVar[StudyQuerySet] = StudyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "studies"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        """Return the scope of the study's audit streams."""
        return f"study:{self.pk}"

    @cached_property
    def protocol(self) -> "Protocol":
        """Return the newest version of the protocol; the lock prevents later ones."""
        return self.protocols.latest("version")

    @property
    def deadline(self) -> date | None:
        """Return the last day to read: the one it was last moved to, or the protocol's."""
        moved = self.deadlines.order_by("-pk").values_list("day", flat=True).first()
        return moved or self.protocol.document.deadline

    @property
    def is_locked(self) -> bool:
        return Lock.objects.filter(study=self).exists()

    @property
    def is_frozen(self) -> bool:
        return Freeze.objects.filter(study=self).exists()

    def take_turn(self) -> "Study":
        """Lock the row and return the study as it is now; other transactions wait for ours.

        Everything that a lock or a freeze prevents begins with this, and so do both: of two people who act at
        the same moment, the second sees what the first has done.
        """
        return Study.objects.select_for_update().get(pk=self.pk)

    def take_turn_before_lock(self) -> "Study":
        """Do the same, and refuse if the study is locked."""
        study = self.take_turn()
        if study.is_locked:
            raise StudyIsLocked
        return study

    def take_turn_while_read(self) -> "Study":
        """Do the same, and refuse unless the study is locked and not frozen."""
        study = self.take_turn()
        if not study.is_locked:
            raise StudyIsNotLocked
        if study.is_frozen:
            raise StudyIsFrozen
        return study


class Protocol(models.Model):
    """One version of a study's protocol, kept as the text its author wrote, byte for byte."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="protocols")
    version = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["study", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "version"], name="protocol_version_is_unique_in_its_study"
            )
        ]

    def __str__(self) -> str:
        return f"{self.study.slug} v{self.version}"

    @cached_property
    def document(self) -> ProtocolDocument:
        return parse_protocol(self.text)
