"""The database itself refuses to change, remove or forget what is in the log."""

import pytest
from django.db import IntegrityError, connection, transaction

from readerstudy.audit.models import Event, Stream

pytestmark = pytest.mark.django_db


def refused(sql: str, message: str) -> None:
    with pytest.raises(IntegrityError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_event_cannot_be_changed(log: Stream) -> None:
    refused("UPDATE audit_event SET reason = 'nicer'", "append-only; a correction is a new event")


def test_an_event_cannot_be_removed(log: Stream) -> None:
    refused("DELETE FROM audit_event", "append-only")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.all().delete()


def test_an_event_cannot_be_replaced_by_another_of_the_same_key(log: Stream) -> None:
    event = log.events.get(number=3)
    sql = {
        "sqlite": "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = {0}",
        "postgresql": "INSERT INTO audit_event SELECT * FROM audit_event WHERE id = {0} "
        "ON CONFLICT (id) DO UPDATE SET reason = 'nicer'",
    }[connection.vendor]
    refused(sql.format(event.pk), "append-only")


def test_the_log_cannot_be_emptied_at_once(log: Stream) -> None:
    if connection.vendor == "postgresql":
        connection.check_constraints()  # what is still to be checked would refuse it for another reason
        refused("TRUNCATE audit_event, audit_stream", "append-only|never removed")
    refused("DELETE FROM audit_event", "append-only")


def test_a_stream_cannot_be_shortened_or_renamed_or_given_another_head(log: Stream) -> None:
    refused("UPDATE audit_stream SET length = length - 1", "only grows")
    refused("UPDATE audit_stream SET name = name || 'x'", "only grows")
    refused(f"UPDATE audit_stream SET head = '{'1' * 64}'", "only grows")


def test_a_stream_cannot_be_removed(log: Stream) -> None:
    refused("DELETE FROM audit_stream", "never removed|FOREIGN KEY")


def test_two_events_cannot_have_the_same_number(log: Stream) -> None:
    event = log.events.get(number=3)
    event.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)
