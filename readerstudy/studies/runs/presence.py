"""Workers report their presence, so that staff can be told when no worker is running."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

SEEN = "worker-seen-at"
GONE_AFTER = timedelta(seconds=90)


def say_present() -> None:
    """Record that a worker is running; the table is shared by all processes."""
    cache.set(SEEN, timezone.now(), timeout=None)


def worker_seen_at() -> datetime | None:
    seen: datetime | None = cache.get(SEEN)
    return seen


def worker_is_there() -> bool:
    seen = worker_seen_at()
    return seen is not None and timezone.now() - seen < GONE_AFTER
