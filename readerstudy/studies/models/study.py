"""A study and the protocol it follows."""

import hashlib
import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from readerstudy.accounts.models import User
from readerstudy.studies.errors import StudyIsLocked
from readerstudy.studies.models.enrolment import Enrolment
from readerstudy.studies.models.milestones import Freeze, Lock
from readerstudy.studies.protocol import ProtocolDocument, parse_protocol


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User | AnonymousUser) -> "StudyQuerySet":
        """The studies a person has any part in."""
        return self.filter(pk__in=Enrolment.objects.current().of(user).values("study_id"))

    def in_role(self, user: User | AnonymousUser, *roles: str) -> "StudyQuerySet":
        """The studies in which a person has one of the roles."""
        mine = Enrolment.objects.current().of(user).filter(role__in=roles)
        return self.filter(pk__in=mine.values("study_id"))

    def real(self) -> "StudyQuerySet":
        """Studies that are no rehearsals of others."""
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
        """The scope of the audit streams that speak of this study."""
        return f"study:{self.pk}"

    @cached_property
    def protocol(self) -> "Protocol":
        """The newest version of the protocol; the one that counts once the study is locked."""
        return self.protocols.latest("version")

    @property
    def deadline(self) -> date | None:
        """The last day to read, as readers are told: as it was moved last, else as the protocol says."""
        moved = self.deadlines.order_by("-pk").values_list("day", flat=True).first()
        return moved or self.protocol.document.deadline

    @property
    def is_locked(self) -> bool:
        return Lock.objects.filter(study=self).exists()

    @property
    def is_frozen(self) -> bool:
        return Freeze.objects.filter(study=self).exists()

    def take_turn(self) -> "Study":
        """The study as it is when everybody before us has done; who comes next waits for our transaction.

        What a lock or a freeze closes begins with this, and so do both: one of two people who press at the
        same moment comes second, and sees what the other has done.
        """
        return Study.objects.select_for_update().get(pk=self.pk)

    def take_turn_before_lock(self) -> "Study":
        """The same, for what may be done before the lock only."""
        study = self.take_turn()
        if study.is_locked:
            raise StudyIsLocked
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
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study.slug} v{self.version}"

    @cached_property
    def document(self) -> ProtocolDocument:
        return parse_protocol(self.text)

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
