"""A trigger that is gone, replaced or switched off is named, and can be put back."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from readerstudy.audit import guards
from readerstudy.audit.models import Stream
from readerstudy.audit.verify import verify

pytestmark = pytest.mark.django_db


def _forget_pending_checks() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_dropped_triggers_are_named_and_can_be_put_back(log: Stream) -> None:
    _forget_pending_checks()
    guards.remove(connection, guards.installed(connection))
    names = [str(finding) for finding in verify()]
    assert (
        "database: the trigger audit_event_append_only_update is gone (--restore-triggers puts it back)"
        in names
    )
    call_command("verify_audit", "--restore-triggers", stdout=StringIO())
    assert list(verify()) == []


NAME = "reading_response_append_only_update"
EMPTY_BODY = "BEGIN RETURN NEW; END"
EMPTY = {
    "sqlite": [
        f"DROP TRIGGER {NAME}",
        f"CREATE TRIGGER {NAME} BEFORE UPDATE ON reading_response WHEN 1 = 0 BEGIN SELECT 1; END",
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION {NAME}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ {EMPTY_BODY} $$",
    ],
}


def test_a_trigger_replaced_by_an_empty_one_of_the_same_name_is_named(log: Stream) -> None:
    _forget_pending_checks()
    with connection.cursor() as cursor:
        for statement in EMPTY[connection.vendor]:
            cursor.execute(statement)
    (finding,) = verify()
    assert f"the trigger {NAME} was replaced or switched off" in str(finding)
    call_command("verify_audit", "--restore-triggers", stdout=StringIO())
    assert list(verify()) == []


def test_a_trigger_that_was_switched_off_is_named(log: Stream) -> None:
    _forget_pending_checks()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE reading_response DISABLE TRIGGER {NAME}")
        else:  # SQLite switches none off; one that waits for a column nobody has is as good as off
            cursor.execute(f"DROP TRIGGER {NAME}")
            cursor.execute(
                f"CREATE TRIGGER {NAME} BEFORE UPDATE OF id ON reading_response BEGIN SELECT 1; END"
            )
    assert f"the trigger {NAME} was replaced or switched off" in next(iter(verify())).what
