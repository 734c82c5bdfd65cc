"""One call writes one event, in the caller's transaction and in a stream of its own."""

import math
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from readerstudy.accounts.models import User
from readerstudy.audit.chain import canonical, from_text
from readerstudy.audit.errors import ParticularsUnfit
from readerstudy.audit.models import Audience, Event, Stream
from readerstudy.audit.record import record
from readerstudy.audit.verify import verify

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PARTICULARS = st.dictionaries(
    TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | FLOATS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


@pytest.mark.django_db
def test_an_event_says_who_when_what_on_what_and_why(alice: User) -> None:
    event = record(
        "study:1",
        "study.locked",
        by=alice,
        on=alice,
        particulars={"uuid": UUID(int=1), "at": datetime(2026, 1, 1, tzinfo=UTC), "old": None},
        reason="all is ready",
        audience=Audience.READER,
    )
    event = Event.objects.get(stream=event.stream, number=event.number)
    assert (event.by, event.verb, event.subject) == (alice, "study.locked", f"accounts.user:{alice.pk}")
    assert event.particulars == {"uuid": str(UUID(int=1)), "at": "2026-01-01T00:00:00Z", "old": None}
    assert (event.reason, event.audience, event.number) == ("all is ready", "reader", 1)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(particulars=PARTICULARS)
def test_any_particulars_verify_after_a_round_through_the_database(particulars: dict[str, Any]) -> None:
    with transaction.atomic():
        record("study:1", "verb", by=None, on="x", particulars=particulars)
        assert list(verify("study:1")) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("unfit", [math.nan, math.inf, "a\0b", object(), {1, 2}])
def test_particulars_that_no_database_keeps_are_refused(unfit: object) -> None:
    with pytest.raises(ParticularsUnfit, match="plain JSON"):
        record("study:1", "verb", by=None, on="x", particulars={"value": unfit})
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_is_undone_with_the_transaction_it_belongs_to(alice: User) -> None:
    record("study:1", "first", by=alice, on="x")
    with transaction.atomic():
        record("study:1", "second", by=alice, on="x")
        transaction.set_rollback(True)
    record("study:1", "third", by=alice, on="x")
    assert list(Event.objects.values_list("number", "verb")) == [(1, "first"), (2, "third")]
    assert list(verify()) == []


def in_threads(work: list[Any]) -> list[BaseException]:
    failures: list[BaseException] = []

    def run(task: Any) -> None:
        try:
            task()
        except BaseException as failure:  # noqa: BLE001 a thread has nowhere else to report
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return failures


@pytest.mark.django_db(transaction=True)
def test_one_stream_stays_without_gaps_under_many_threads() -> None:
    start = threading.Barrier(8, timeout=60)

    def write() -> None:
        start.wait()
        for _ in range(5):
            record("study:1", "verb", by=None, on="x")

    assert in_threads([write] * 8) == []
    assert sorted(Event.objects.values_list("number", flat=True)) == list(range(1, 41))
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_readers_in_different_streams_do_not_wait_for_one_another() -> None:
    """On PostgreSQL both hold their stream open at once; SQLite has one writer at a time by nature."""
    record("study:1/enrolment:1", "first", by=None, on="x")
    record("study:1/enrolment:2", "first", by=None, on="x")
    both_have_written = threading.Barrier(2 if connection.features.has_select_for_update else 1, timeout=20)

    def write(stream: str) -> None:
        with transaction.atomic():
            record(stream, "second", by=None, on="x")
            both_have_written.wait()

    assert in_threads([lambda: write("study:1/enrolment:1"), lambda: write("study:1/enrolment:2")]) == []
    assert list(Stream.objects.order_by("pk").values_list("length", flat=True)) == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_readers_who_each_begin_a_stream_do_not_wait_for_one_another() -> None:
    both_have_written = threading.Barrier(2 if connection.features.has_select_for_update else 1, timeout=20)

    def write(stream: str) -> None:
        with transaction.atomic():
            record(stream, "first", by=None, on="x")
            both_have_written.wait()

    assert in_threads([lambda: write("study:1/enrolment:1"), lambda: write("study:1/enrolment:2")]) == []
    assert list(verify()) == []


@pytest.mark.parametrize("number", [1e20, 1e22, 1e23, 1e308, -1e23, 1.7976931348623157e308])
def test_a_large_number_is_the_same_as_either_database_writes_it(number: float) -> None:
    digits = f"{Decimal(repr(number)):f}"  # as PostgreSQL gives it back
    assert from_text(f'{{"x":{digits}}}') == from_text(f'{{"x":{number!r}}}') == canonical({"x": number})
