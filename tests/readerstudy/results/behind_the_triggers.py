"""The tools of somebody who may write SQL: triggers out of the way, and back again as if nothing had been."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection

from readerstudy.audit import guards
from readerstudy.audit.guards import Guard


@cache
def _installed() -> tuple[Guard, ...]:
    return tuple(guards.installed(connection))


@contextmanager
def triggers_aside() -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guards.remove(connection, _installed())
    yield
    guards.install(connection, _installed())


def rewrite(*statements: str) -> int:
    """Run SQL behind the triggers; how many rows the last statement changed."""
    with triggers_aside(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return int(cursor.rowcount)
