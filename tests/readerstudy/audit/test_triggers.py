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


def test_a_function_that_asks_tables_elsewhere_is_named_though_its_text_is_the_same(log: Stream) -> None:
    """Attack: an empty table of the same name comes first, so the condition never holds."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers have no search path.")
    name = "reading_response_frozen_insert"
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE TABLE elsewhere.studies_freeze (LIKE public.studies_freeze)")
        cursor.execute(f"ALTER FUNCTION {name}_guard() SET search_path = elsewhere, public")
    (finding,) = verify()
    assert f"the trigger {name} was replaced or switched off" in str(finding)
    _forget_pending_checks()
    call_command("verify_audit", "--restore-triggers", stdout=StringIO())
    assert list(verify()) == []


ADDED = {
    "sqlite": [
        "CREATE TRIGGER aaa AFTER INSERT ON reading_response BEGIN DELETE FROM reading_rating; END",
    ],
    "postgresql": [
        "CREATE FUNCTION rewrites() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER aaa BEFORE INSERT ON reading_response FOR EACH ROW EXECUTE FUNCTION rewrites()",
        "CREATE RULE bbb AS ON UPDATE TO reading_rating DO INSTEAD NOTHING",
    ],
}


def test_triggers_and_rules_that_somebody_added_are_named(log: Stream) -> None:
    with connection.cursor() as cursor:
        for statement in ADDED[connection.vendor]:
            cursor.execute(statement)
    findings = list(verify())
    names = ["aaa", "bbb"] if connection.vendor == "postgresql" else ["aaa"]
    for name, finding in zip(names, findings, strict=True):
        assert f"the trigger {name} is not the platform's" in finding.what
    assert not any(one.stops for one in findings)
