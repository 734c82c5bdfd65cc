"""A log to tamper with, and the attacker's tools."""

from collections.abc import Callable

import pytest
from django.db import connection

from readerstudy.accounts.models import User
from readerstudy.audit import guards
from readerstudy.audit.models import Stream
from readerstudy.audit.record import record
from readerstudy.audit.verify import verify_stream

STREAM = "study:1/enrolment:7"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@hospital.example", name="Alice")


@pytest.fixture
def log(alice: User) -> Stream:
    """Six events of one reader, with particulars of every JSON kind."""
    record("study:1", "study.created", by=alice, on="study", label="knees")
    for number in range(1, 7):
        record(
            STREAM,
            f"verb.{number}",
            by=alice,
            on=f"response:{number}",
            particulars={"rating": number, "of": [0.5, "ä", None, True], "deep": {"x": 1e20}},
            reason=f"reason {number}",
        )
    return Stream.objects.get(name=STREAM)


Attack = Callable[..., None]


@pytest.fixture
def attack(db: None) -> Attack:
    """Run SQL as somebody with full access to the database would: without triggers, and they come back."""
    installed = [guard for guard in guards.installed(connection) if guard.table.startswith("audit_")]

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            guards.remove(connection, installed)
            for statement in statements:
                cursor.execute(statement)
            guards.install(connection, installed)

    return run


def findings(stream: Stream) -> list[str]:
    stream.refresh_from_db()
    return [finding.what for finding in verify_stream(stream)]


def where(number: int) -> str:
    return f"WHERE number = {number} AND stream_id = (SELECT id FROM audit_stream WHERE name = '{STREAM}')"
