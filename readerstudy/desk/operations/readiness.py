"""Check whether this process can serve and whether a worker is running, without revealing reasons."""

import logging
import time
from collections.abc import Callable
from functools import cache, lru_cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from readerstudy.imaging.storage import absent_keys
from readerstudy.studies.runs.presence import worker_is_there

logger = logging.getLogger(__name__)
NO_SUCH_KEY = "health/nothing"
KEPT_S = 2


def forget() -> None:
    """Check again at the next request."""
    _checked_in.cache_clear()
    _is_migrated.cache_clear()


def readiness() -> dict[str, bool]:
    """Return what was checked and whether it works; the reasons for failures are in the log."""
    return dict(_checked_in(int(time.monotonic() // KEPT_S)))


@lru_cache(maxsize=1)
def _checked_in(tick: int) -> dict[str, bool]:
    """Anybody may ask; that asks database and storage once every few seconds."""
    found = {"database": _well(_database)}
    found["migrations"] = found["database"] and _well(_migrations)
    found["storage"] = _well(_storage)
    found["worker"] = found["database"] and _well(worker_is_there)
    return found


def can_serve(found: dict[str, bool]) -> bool:
    """Return whether pages can be served: readers go on while no worker is there."""
    return all(well for name, well in found.items() if name != "worker")


def _well(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        logger.exception("Readiness: %s failed", check.__name__.strip("_"))
        return False


def _database() -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    """A database that once had every migration of this code keeps them: asked until then only."""
    if _is_migrated():
        return True
    _is_migrated.cache_clear()
    logger.error("Readiness: the database lacks migrations. Run: manage.py migrate")
    return False


@cache
def _is_migrated() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _storage() -> bool:
    """The storage answers; that it has no such buffer is the answer."""
    return absent_keys([NO_SUCH_KEY]) == {NO_SUCH_KEY}
