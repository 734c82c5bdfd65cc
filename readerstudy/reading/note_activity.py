"""Note what happens around reading: pauses, breaks, focus, visibility, and a tab that closes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from readerstudy.reading.errors import NothingHere
from readerstudy.reading.models import Activity, Sitting
from readerstudy.reading.readers import require_open
from readerstudy.studies.models import Enrolment

CLOSING = frozenset({"closed", "left"})


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened in a tab, by its clock in milliseconds."""

    kind: str
    client_ms: int
    particulars: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def note_activity(enrolment: Enrolment, token: UUID, happenings: Iterable[Happening]) -> list[Activity]:
    """Append what happened. The rows are append-only themselves, so the log does not repeat them."""
    require_open(enrolment)
    sitting = Sitting.objects.filter(enrolment=enrolment, token=token).first()
    if sitting is None:
        raise NothingHere
    noted = Activity.objects.bulk_create(
        Activity(
            sitting=sitting,
            kind=happening.kind,
            client_ms=happening.client_ms,
            particulars=dict(happening.particulars),
        )
        for happening in happenings
    )
    now = timezone.now()
    closed = bool(noted) and noted[-1].kind in CLOSING
    Sitting.objects.filter(pk=sitting.pk).update(seen_at=now, ended_at=now if closed else None)
    return noted
