"""Count what happens often, over all web processes, for one write in many.

Each process counts in its own memory and adds what it counted to the shared row in batches. What is returned
lacks at most one batch for each other process.
"""

from datetime import timedelta

from django.core.cache import BaseCache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from readerstudy.accounts.models import SharedCount

KEPT = timedelta(minutes=5)


def count_one(memory: BaseCache, key: str, *, batch: int, seconds: int) -> int:
    """Count one and return how many were counted under the key, here and elsewhere."""
    memory.add(key, 0, timeout=seconds)
    here = memory.incr(key)
    if here % batch == 0:
        memory.set(f"{key}:elsewhere", _add(key, batch) - here, timeout=seconds)
    return int(here + memory.get(f"{key}:elsewhere", 0))


def _add(key: str, number: int) -> int:
    rows = SharedCount.objects.filter(key=key)
    if not rows.update(count=F("count") + number):
        SharedCount.objects.filter(at__lt=timezone.now() - KEPT).delete()
        try:
            with transaction.atomic():
                SharedCount.objects.create(key=key, count=number)
        except IntegrityError:  # another process began it just now
            rows.update(count=F("count") + number)
    return rows.values_list("count", flat=True).get()
