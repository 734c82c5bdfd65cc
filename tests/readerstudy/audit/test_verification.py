"""Whatever somebody with access to the database does to the log, verification finds it and says where."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from readerstudy.audit.chain import digest_of, seal_of
from readerstudy.audit.errors import UnknownStream
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.record import record
from readerstudy.audit.verify import Finding, verify, verify_stream
from tests.readerstudy.audit.conftest import STREAM, Attack, findings, where

pytestmark = pytest.mark.django_db


def test_an_untouched_log_is_whole(log: Stream) -> None:
    assert list(verify()) == []


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'other'",
        "subject = 'response:999'",
        "reason = 'nicer'",
        "audience = 'reader'",
        "by_id = NULL",
        "at = '2020-01-01 00:00:00+00:00'",
        """particulars = '{"rating": 4}'""",
    ],
)
def test_a_changed_row_is_named(log: Stream, attack: Attack, change: str) -> None:
    attack(f"UPDATE audit_event SET {change} {where(4)}")
    (what,) = findings(log)
    assert what.startswith("event #4")
    assert what.endswith("was changed")


def test_a_changed_row_with_a_fitting_new_hash_breaks_the_chain(log: Stream, attack: Attack) -> None:
    event = log.events.get(number=4)
    event.reason = "nicer"
    attack(
        f"UPDATE audit_event SET reason = 'nicer', digest = '{digest_of(event, stream=STREAM)}' {where(4)}"
    )
    (what,) = findings(log)
    assert what.startswith("event #5 (verb.5) does not follow on #4")


def test_a_chain_rewritten_to_its_end_does_not_fit_the_sealed_head(log: Stream, attack: Attack) -> None:
    """Even somebody who recomputes every hash and the head lacks the platform's key."""
    previous = log.events.get(number=3).digest
    for event in log.events.filter(number__gte=4).order_by("number"):
        event.reason, event.previous = "nicer", previous
        previous = digest_of(event, stream=STREAM)
        attack(
            f"UPDATE audit_event SET reason = 'nicer', previous = '{event.previous}', "
            f"digest = '{previous}' {where(event.number)}"
        )
    attack(f"UPDATE audit_stream SET head = '{previous}' WHERE name = '{STREAM}'")
    assert findings(log) == [
        "the seal of the head does not fit: length and head were not written by this platform"
    ]


def test_removed_rows_are_named(log: Stream, attack: Attack) -> None:
    attack(f"DELETE FROM audit_event {where(2)}")
    assert "event #2 was removed" in findings(log)
    attack(f"DELETE FROM audit_event {where(4)}")
    attack(f"DELETE FROM audit_event {where(3)}")
    assert "events #2 to #4 were removed" in findings(log)


def test_a_cut_tail_is_named(log: Stream, attack: Attack) -> None:
    attack(f"DELETE FROM audit_event {where(6)}")
    assert findings(log) == ["the tail was cut off: event #6 was removed"]


def test_a_cut_tail_with_the_length_set_back_does_not_fit_the_seal(log: Stream, attack: Attack) -> None:
    head = log.events.get(number=5).digest
    attack(f"DELETE FROM audit_event {where(6)}")
    attack(f"UPDATE audit_stream SET length = 5, head = '{head}' WHERE name = '{STREAM}'")
    (what,) = findings(log)
    assert what.startswith("the seal of the head does not fit")


def test_a_removed_row_whose_gap_was_closed_is_found_as_reordered_rows(log: Stream, attack: Attack) -> None:
    attack(f"DELETE FROM audit_event {where(3)}")
    for number in (4, 5, 6):
        attack(f"UPDATE audit_event SET number = {number - 1} {where(number)}")
    assert findings(log) == [
        "event #3 (verb.4) was reordered: it was written as #4",
        "event #4 (verb.5) was reordered: it was written as #5",
        "event #5 (verb.6) was reordered: it was written as #6",
        "the tail was cut off: event #6 was removed",
    ]


def test_exchanged_rows_are_named_with_their_true_places(log: Stream, attack: Attack) -> None:
    attack(f"UPDATE audit_event SET number = 99 {where(2)}")
    attack(f"UPDATE audit_event SET number = 2 {where(5)}")
    attack(f"UPDATE audit_event SET number = 5 {where(99)}")
    found = findings(log)
    assert "event #2 (verb.5) was reordered: it was written as #5" in found
    assert "event #5 (verb.2) was reordered: it was written as #2" in found


def forged(stream: Stream, number: int, previous: str) -> Event:
    event = Event.objects.get(stream=stream, number=1)
    event.pk, event.number, event.verb, event.previous = None, number, "verb.forged", previous
    event.digest = digest_of(event, stream=stream.name)
    return event


def test_a_row_inserted_behind_the_end_is_named(log: Stream, attack: Attack) -> None:
    forged(log, 7, log.head).save(force_insert=True)
    assert findings(log) == ["event #7 (verb.forged) was inserted behind the end"]


def test_a_row_inserted_in_the_middle_is_named(log: Stream, attack: Attack) -> None:
    before = log.events.get(number=2).digest
    for number in (6, 5, 4, 3):
        attack(f"UPDATE audit_event SET number = {number + 1} {where(number)}")
    forged(log, 3, before).save(force_insert=True)
    found = findings(log)
    assert "event #4 (verb.3) was reordered: it was written as #3" in found
    assert not any("verb.1" in what or "verb.2" in what for what in found)


@pytest.mark.parametrize("key", [-1, 2**40], ids=["before", "after"])
@pytest.mark.parametrize("number", [3, 6], ids=["middle", "end"])
def test_a_row_inserted_under_a_number_in_use_is_named_wherever_it_was_put(
    log: Stream, attack: Attack, number: int, key: int
) -> None:
    attack(
        "CREATE TABLE copy AS SELECT * FROM audit_event",
        "DROP TABLE audit_event",  # and with it the constraint that forbids such numbers
        "ALTER TABLE copy RENAME TO audit_event",
    )
    event = forged(log, number, "0" * 64)
    event.pk = key  # before or after every other, however many a sequence has given out
    event.save(force_insert=True)
    assert findings(log) == [f"event #{number} (verb.forged) stands there twice: a row was inserted"]


def test_an_absurd_length_is_a_finding_and_no_endless_search(log: Stream, attack: Attack) -> None:
    attack(f"UPDATE audit_stream SET length = 999999999999 WHERE name = '{STREAM}'")
    assert "the tail was cut off: events #7 to #999999999999 were removed" in findings(log)


def test_a_study_is_found_by_its_slug_with_all_streams_of_its_scope(log: Stream, attack: Attack) -> None:
    attack(f"UPDATE audit_event SET reason = 'nicer' {where(4)}")
    assert [finding.stream for finding in verify("knees")] == [STREAM]
    assert [finding.stream for finding in verify("study:1")] == [STREAM]
    with pytest.raises(UnknownStream, match="knows no study or stream 'hips'"):
        list(verify("hips"))


def test_the_command_says_how_much_it_verified(log: Stream) -> None:
    out = StringIO()
    call_command("verify_audit", "knees", stdout=out)
    assert out.getvalue() == "The audit log is whole: 7 events in 2 streams.\n"


def test_the_command_fails_and_names_each_row(log: Stream, attack: Attack) -> None:
    attack(f"UPDATE audit_event SET reason = 'nicer' {where(4)}")
    with pytest.raises(
        CommandError, match=r"study:1/enrolment:7: event #4 \(verb.4\) was changed"
    ) as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1


def test_the_command_refuses_an_unknown_study_in_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="knows no study or stream 'hips'"):
        call_command("verify_audit", "hips")


def test_saved_ends_convict_even_whoever_has_the_key(log: Stream, attack: Attack, tmp_path: Path) -> None:
    saved = tmp_path / "ends.json"
    call_command("verify_audit", "--save", str(saved), stdout=StringIO())
    call_command("verify_audit", "--against", str(saved), stdout=StringIO())
    attack(f"DELETE FROM audit_event {where(6)}")
    log.length, log.head = 5, log.events.get(number=5).digest
    attack(
        f"UPDATE audit_stream SET length = 5, head = '{log.head}', seal = '{seal_of(log)}' "
        f"WHERE id = {log.pk}"
    )
    call_command("verify_audit", stdout=StringIO())
    with pytest.raises(CommandError, match="event #6 was there when the ends were saved and is gone"):
        call_command("verify_audit", "--against", str(saved))


def test_saved_ends_miss_no_stream_that_was_removed_whole(
    log: Stream, attack: Attack, tmp_path: Path
) -> None:
    saved = tmp_path / "ends.json"
    call_command("verify_audit", "--save", str(saved), stdout=StringIO())
    attack(f"DELETE FROM audit_event WHERE stream_id = {log.pk}")
    attack(f"DELETE FROM audit_stream WHERE id = {log.pk}")
    with pytest.raises(CommandError, match=f"{STREAM}: event #6 was there"):
        call_command("verify_audit", "--against", str(saved))


@pytest.mark.parametrize("content", ['{"study:1": {}}', '{"study:1": 5}', "[]", "no JSON", ""])
def test_a_file_that_holds_no_ends_is_refused(content: str, log: Stream, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(content)
    with pytest.raises(CommandError, match="Give one that `verify_audit --save` wrote"):
        call_command("verify_audit", "--against", str(wrong))


@pytest.mark.parametrize("option", ["--against", "--lines"])
def test_a_file_that_is_not_there_is_refused_in_words(option: str, log: Stream, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    with pytest.raises(CommandError, match=f"^{missing} cannot be read: No such file or directory.$"):
        call_command("verify_audit", option, str(missing))


def test_a_clock_that_was_set_back_is_reported_and_stops_nothing(log: Stream) -> None:
    with patch("django.utils.timezone.now", return_value=log.events.get(number=6).at - timedelta(hours=1)):
        record(STREAM, "verb.7", by=None, on="after")
    log.refresh_from_db()
    (finding,) = verify_stream(log)
    assert finding.what.startswith("event #7 is 1:00:00 older than the event before it")
    assert not finding.stops


def test_a_stream_that_was_moved_to_another_scope_is_named(log: Stream, attack: Attack) -> None:
    attack(f"UPDATE audit_stream SET scope = 'study:2' WHERE name = '{STREAM}'")
    log.refresh_from_db()
    assert findings(log) == ["its scope was changed to 'study:2'"]


def test_a_finding_reads_as_stream_and_sentence() -> None:
    assert str(Finding(stream="a", what="b")) == "a: b"
