"""Verify the log of a study in the background, and cache the result for some minutes."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from readerstudy.audit.models import Stream
from readerstudy.audit.verify import verify
from readerstudy.studies.models import Study

KEPT_S = 600
#: A page verifies no longer log than this: a million events take minutes of a processor.
LONGEST = 50_000


@dataclass(frozen=True, kw_only=True)
class Chain:
    """What was found, and when. `wrong` is None where the log is too long to verify on the page."""

    at: datetime
    wrong: int | None


def chain_of(study: Study) -> Chain:
    """Verify every event of a study, or return what was found a few minutes ago."""
    key = f"log-chain-{study.pk}"
    found: Chain | None = cache.get(key)
    if found is None:
        found = Chain(at=timezone.now(), wrong=_wrong(study))
        cache.set(key, found, KEPT_S)
    return found


def _wrong(study: Study) -> int | None:
    length = Stream.objects.within(study.scope).aggregate(all=Sum("length"))["all"] or 0
    if length > LONGEST:
        return None
    return sum(finding.stops for finding in verify(study.scope))
