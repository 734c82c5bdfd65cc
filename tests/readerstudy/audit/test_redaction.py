"""The log must not unblind: what an audience may not read is not in what it gets."""

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from tests.readerstudy.audit.reading_the_log import visible_in

pytestmark = pytest.mark.django_db

SECRET = "checkpoint-c"


@pytest.fixture
def scope(alice: User) -> str:
    record("study:1", "study.opened", by=alice, on="study:1", audience=Audience.READER, label="knees")
    record("study:1", "reader.invited", by=alice, on="enrolment:3", particulars={"email": "bob@x.example"})
    record(
        "study:1/enrolment:3",
        "allocation.stored",
        by=alice,
        on=f"truth.source:{SECRET}",
        particulars={"slots": [SECRET]},
        reason=f"because of {SECRET}",
        audience=Audience.UNBLINDED,
    )
    record("study:2", "study.opened", by=alice, on="study:2", audience=Audience.READER)
    return "study:1"


def test_a_reader_reads_only_what_is_for_readers_and_hears_of_nothing_else(scope: str) -> None:
    entries = list(visible_in(scope, audience=Audience.READER))
    assert [entry.verb for entry in entries] == ["study.opened"]


def test_staff_hear_nothing_of_what_waits_for_the_unblinding(scope: str) -> None:
    entries = list(visible_in(scope, audience=Audience.STAFF))
    assert [entry.verb for entry in entries] == ["study.opened", "reader.invited"]
    assert entries[1].particulars == {"email": "bob@x.example"}
    assert SECRET not in repr(entries)


def test_no_gap_in_the_numbers_tells_staff_of_more(scope: str) -> None:
    entries = list(visible_in(scope, audience=Audience.STAFF))
    assert {entry.number for entry in entries} == {None}


def test_after_the_unblinding_everything_is_read(scope: str) -> None:
    entries = list(visible_in(scope, audience=Audience.UNBLINDED))
    assert [(entry.stream, entry.number) for entry in entries] == [
        ("study:1", 1),
        ("study:1", 2),
        ("study:1/enrolment:3", 1),
    ]
    assert entries[2].particulars == {"slots": [SECRET]}


def test_another_study_is_not_in_the_log_of_this_one(scope: str) -> None:
    streams = {entry.stream for entry in visible_in("knees", audience=Audience.UNBLINDED)}
    assert streams == {"study:1", "study:1/enrolment:3"}


def test_what_names_no_audience_is_for_staff() -> None:
    assert record("study:1", "verb", by=None, on="x").audience == Audience.STAFF


def test_a_digest_of_images_from_before_keys_is_kept_from_staff_until_the_unblinding(scope: str) -> None:
    for said in ({"passed": True, "images": "0" * 64}, {"passed": True, "images": "1" * 64, "keyed": True}):
        record("study:1", "blinding audited", by=None, on="x", particulars=said)

    def told(audience: Audience) -> list[str | None]:
        entries = visible_in(scope, audience=audience)
        return [entry.particulars.get("images") for entry in entries if entry.verb == "blinding audited"]

    assert told(Audience.STAFF) == [None, "1" * 64]
    assert told(Audience.UNBLINDED) == ["0" * 64, "1" * 64]
