"""Quotas: bytes of pixels of a study, and of all studies of an account.

Pixels count in every study that holds them, shared or not: the room left tells nothing about other studies.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count

from readerstudy.accounts.models import OPERATOR, User
from readerstudy.studies.models import Study
from readerstudy.truth.errors import QuotaUsed
from readerstudy.truth.models import Provenance

GIB = 1024**3


def held_by(study: Study) -> int:
    """The bytes of the images in a study."""
    return _bytes_of([(study, Provenance.objects.filter(source__study=study).count())])


def brought_by(user: User) -> int:
    """The bytes of the images that somebody brought into their studies. Rehearsals do not count."""
    rows = Provenance.objects.filter(by=user, source__study__rehearses__isnull=True)
    counts = dict(rows.values_list("source__study").annotate(Count("pk")))
    return _bytes_of((study, counts[study.pk]) for study in Study.objects.filter(pk__in=counts))


def require_room(study: Study, *, by: User, held: int, brought: int) -> None:
    """Refuse what would make a study hold, or an account have brought, so many bytes."""
    if 0 < settings.STUDY_QUOTA_GIB * GIB < held:
        raise QuotaUsed(
            f"The study may hold {settings.STUDY_QUOTA_GIB} GiB of images and uploads; this would be more. "
            "Take images out, or ask the operator to raise STUDY_QUOTA_GIB. "
            "Abandoned uploads are deleted after a week."
        )
    if by.email != OPERATOR and 0 < settings.ACCOUNT_QUOTA_GIB * GIB < brought:
        raise QuotaUsed(
            f"Your account may bring {settings.ACCOUNT_QUOTA_GIB} GiB of images and uploads into studies; "
            "this would be more. Take images out, or ask the operator to raise ACCOUNT_QUOTA_GIB. "
            "Abandoned uploads are deleted after a week."
        )


def _bytes_of(counts: Iterable[tuple[Study, int]]) -> int:
    return sum(study.protocol.document.canvas.buffer_bytes * count for study, count in counts)
