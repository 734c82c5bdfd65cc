"""Workers say that they are there, so that somebody can be told when none is."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

SEEN = "worker-seen-at"
GONE_AFTER = timedelta(seconds=90)


def say_present() -> None:
    """Note that a worker is there; the table is shared by all processes."""
    cache.set(SEEN, timezone.now(), timeout=None)


def worker_seen_at() -> datetime | None:
    seen: datetime | None = cache.get(SEEN)
    return seen


def worker_is_there() -> bool:
    seen = worker_seen_at()
    return seen is not None and timezone.now() - seen < GONE_AFTER
