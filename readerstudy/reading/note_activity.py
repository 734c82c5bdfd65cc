"""Note what happens around reading: pauses, breaks, focus, visibility, and a tab that closes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from readerstudy.reading.errors import NothingHere
from readerstudy.reading.models import Activity, Sitting
from readerstudy.reading.readers import require_open
from readerstudy.studies.models import Enrolment

CLOSING = frozenset({"closed", "left"})
#: What a page still says while it goes away: Chromium tells of a hidden page after it was left.
QUIET = CLOSING | {"hidden", "offline", "window_left"}


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
    Sitting.objects.filter(pk=sitting.pk).update(seen_at=now, **_end([one.kind for one in noted], now))
    return noted


def _end(kinds: list[str], now: datetime) -> dict[str, datetime | None]:
    """Return when the sitting ended, as far as these happenings, in their order, say anything of it."""
    last = next((kind for kind in reversed(kinds) if kind in CLOSING or kind not in QUIET), None)
    if last is None:
        return {}
    return {"ended_at": now if last in CLOSING else None}
