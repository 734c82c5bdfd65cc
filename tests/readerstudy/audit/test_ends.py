"""Where streams end is written into the log again: what was there then cannot vanish."""

from typing import Any

import pytest

from readerstudy.audit.ends import keep_ends, kept_ends, verify_kept_ends
from readerstudy.audit.models import Stream
from readerstudy.audit.record import record
from tests.readerstudy.audit.conftest import STREAM, Attack, where

pytestmark = pytest.mark.django_db


def whats(scope: str | None = None) -> list[str]:
    return [finding.what for finding in verify_kept_ends(scope)]


def test_only_streams_that_have_grown_are_kept_again(log: Stream) -> None:
    first = keep_ends(by=None)
    assert first is not None
    assert set(first.particulars["ends"]) == set(
        Stream.objects.exclude(name="audit").values_list("name", flat=True)
    )
    assert keep_ends(by=None) is None
    record(STREAM, "verb.7", by=None, on="after")
    second = keep_ends(by=None)
    assert second is not None
    assert set(second.particulars["ends"]) == {STREAM}
    assert kept_ends()[STREAM][0] == 7
    assert whats() == []


def test_an_end_set_back_with_its_old_seal_is_named(log: Stream, attack: Attack) -> None:
    record(STREAM, "verb.7", by=None, on="after")
    keep_ends(by=None)
    attack(
        f"DELETE FROM audit_event {where(7)}",
        f"UPDATE audit_stream SET length = 6, head = '{log.head}', seal = '{log.seal}' WHERE id = {log.pk}",
    )
    assert whats() == ["event #7 was there when ends were kept and is gone"]
    assert whats("study:1") == whats()
    assert whats("study:2") == []


def test_a_stream_removed_whole_and_written_anew_is_named(log: Stream, attack: Attack) -> None:
    keep_ends(by=None)
    attack(
        f"DELETE FROM audit_event WHERE stream_id = {log.pk}", f"DELETE FROM audit_stream WHERE id = {log.pk}"
    )
    for number in range(1, 7):
        record(STREAM, f"verb.{number}", by=None, on=f"response:{number}")
    assert whats() == ["event #6 is another one than when ends were kept"]


def test_a_hundred_streams_are_held_against_their_ends_in_as_many_queries_as_three(
    log: Stream, django_assert_num_queries: Any
) -> None:
    for wanted in (3, 100):
        for number in range(wanted):
            record(f"study:1/enrolment:{wanted}-{number}", "verb", by=None, on="it")
        keep_ends(by=None)
        with django_assert_num_queries(4):
            assert whats() == []
