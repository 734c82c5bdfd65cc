"""Watching the reading: how far, how fast, what departs; never how well."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from readerstudy.desk.watching import deviations, health
from readerstudy.desk.watching.deviations import is_stale, least_seconds
from readerstudy.desk.watching.progress import ReaderProgress, progress_of, tallies_of
from readerstudy.desk.watching.queries import watched
from readerstudy.reading.models import Activity, Sitting, Slot, Tally
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.studies.mail import Post, send_reminder
from readerstudy.studies.models import Enrolment, Study
from readerstudy.studies.protocol import parse_protocol
from readerstudy.studies.runs import start_run
from readerstudy.studies.runs.presence import say_present
from readerstudy.truth.models import Key
from readerstudy.truth.practice import judge_practice
from tests.readerstudy.factory import (
    CALLS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    an_answer,
    answer_next,
    enrol,
    protocol_text,
    read_everything,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _the_disks_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine of the tests has."""
    monkeypatch.setattr(health, "disk_usage", lambda folder: SimpleNamespace(free=10**12))


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text(sections=QUARTETS.format(trials=3) + CALLS))


def deviations_of(study: Study) -> deviations.Flags:
    return deviations.deviations_of(study, tallies_of(study))


def page(made: Locked, name: str = "carl") -> str:
    response = made.client(name).get(f"/studies/{made.study.slug}/progress/")
    assert response.status_code == 200
    return response.content.decode()


def sit_down(made: Locked, name: str, *, passed: bool | None = None) -> Sitting:
    return Sitting.objects.create(enrolment=made.reading(name), token=uuid4(), passed_display_check=passed)


def test_progress_is_told_by_reader_and_section(made: Locked) -> None:
    for _ in range(4):
        answer_next(made.reading("rita"))
    rita, ron = progress_of(made.study)
    assert [(s.name, s.answered, s.total) for s in rita.sections] == [("triples", 3, 3), ("calls", 1, 4)]
    assert ron.answered == 0
    assert sum(day.answers for day in watched(made.study).days) == 4
    assert "3 of 3" in page(made)


def test_a_failed_display_check_is_a_departure(made: Locked) -> None:
    sit_down(made, "rita", passed=False)
    assert deviations_of(made.study)[made.reading("rita").pk] == ["Display check not passed in 1 sitting."]
    assert "Display check not passed" in page(made)


def test_pauses_are_counted(made: Locked) -> None:
    sitting = sit_down(made, "ron")
    for kind in ("pause", "resume", "idle", "hidden"):
        Activity.objects.create(sitting=sitting, kind=kind, client_ms=0)
    assert [reader.pauses for reader in progress_of(made.study)] == [0, 2]


@pytest.mark.parametrize(
    ("said", "is_flagged"),
    [
        ("2001-01-01T00:00:00Z", True),
        (None, False),
        ("no time at all", False),
        ("2026-13-45T99:00:00Z", False),
        ("2001-01-01T00:00:00", False),  # no zone, so nothing to compare
    ],
)
def test_a_clock_that_is_far_off_is_a_departure(made: Locked, said: str | None, is_flagged: bool) -> None:
    rita = made.reading("rita")
    current = Walk(rita).current
    assert current is not None
    timing = Timing(particulars={"clock": {"submitted_at": said}})
    respond(rita, current.token, an_answer(rita), by=made.people["rita"], client_uuid=uuid4(), timing=timing)
    assert bool(deviations_of(made.study)) is is_flagged


def test_ratings_that_never_change_are_shown_without_any_truth() -> None:
    made = a_locked_study(protocol_text(trials=8))
    list(read_everything(made.reading("rita")))
    for number in range(8):
        answer_next(made.reading("ron"), letter="ABC"[number % 3], points=1 + number % 3)
    flags = deviations_of(made.study)
    assert flags[made.reading("rita").pk] == ["All 24 ratings are alike."]
    assert made.reading("ron").pk not in flags


@pytest.mark.parametrize(("seconds", "is_flagged"), [(2.8, True), (40, False)])
def test_somebody_who_answers_too_fast_to_look_is_flagged(seconds: float, is_flagged: bool) -> None:
    made = a_locked_study(protocol_text(trials=24), readers=("rita",))
    rita = made.reading("rita")
    for _ in range(24):
        answer_next(rita)
    Tally.objects.update(timed=24, active_ms=int(24 * seconds * 1000))
    sentences = deviations_of(made.study).get(rita.pk, [])
    assert any("s a trial" in sentence for sentence in sentences) == is_flagged


def test_haste_on_one_day_does_not_hide_among_careful_days() -> None:
    made = a_locked_study(protocol_text(trials=24), readers=("rita",))
    rita = made.reading("rita")
    for _ in range(24):
        answer_next(rita)
    careful = Tally.objects.latest("pk")
    Tally.objects.update(timed=200, active_ms=200 * 60_000)
    careful.pk, careful.day = None, careful.day + timedelta(days=1)
    careful.timed, careful.active_ms = 32, 32 * 2_800
    careful.save()
    [sentence] = [one for one in deviations_of(made.study)[rita.pk] if "s a trial" in one]
    assert "32 trials at 2.8 s a trial on" in sentence


def test_where_images_are_shown_briefly_fast_answers_are_no_departure() -> None:
    brief = replace(parse_protocol(protocol_text()).sections[0], exposure_ms=500)
    assert (least_seconds(brief), least_seconds(replace(brief, exposure_ms=0)) > 3) == (0, True)


def test_a_silent_reader_is_stale_until_finished() -> None:
    long_ago = timezone.now() - timedelta(days=8)
    assert is_stale(long_ago, finished=False)
    assert not is_stale(long_ago, finished=True)
    assert not is_stale(timezone.now(), finished=False)
    assert not is_stale(None, finished=False)


def test_runs_that_wait_for_a_worker_are_named(made: Locked) -> None:
    run = start_run(made.study, "report", {}, by=made.owner)
    assert health.health_problems(made.study) == []
    type(run).objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    assert "No worker is running, and 1 run is waiting" in health.health_problems(made.study)[0]


def test_a_busy_worker_is_not_reported_missing(made: Locked) -> None:
    run = start_run(made.study, "report", {}, by=made.owner)
    type(run).objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    say_present()
    assert health.health_problems(made.study) == []


def test_a_full_disk_is_named(made: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "disk_usage", lambda folder: SimpleNamespace(free=10**8))
    assert "Only 0.1 GB are free" in health.health_problems(made.study)[0]


def test_a_letter_that_did_not_go_out_is_named_until_one_does(
    made: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita, carl = made.reading("rita"), made.people["carl"]
    with monkeypatch.context() as no_network:
        no_network.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", lambda *_: 0)
        send_reminder(rita, by=carl, post=Post())
    assert "The last email could not be sent" in page(made)
    send_reminder(rita, by=carl, post=Post())
    assert "Server healthy" in page(made)


def test_progress_never_speaks_of_right_and_wrong(made: Locked) -> None:
    list(read_everything(made.reading("rita")))
    body = page(made, "alice")
    for word in ("correct", "wrong", "sensitivity", "canary"):
        assert word not in body.lower()


def test_the_queries_do_not_grow_with_readers_and_answers(made: Locked) -> None:
    client = made.client("carl")
    address = f"/studies/{made.study.slug}/progress/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number, name in enumerate(("rosa", "rupert"), start=3):
        enrol(made, name, number)
    for _ in range(3):
        answer_next(made.reading("rita"))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_watching_reads_no_answer_however_many_there_are(made: Locked) -> None:
    list(read_everything(made.reading("rita")))
    client = made.client("carl")
    for address in ("/studies/knees/progress/", "/api/studies/knees/progress"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert [query["sql"] for query in asked if "reading_response" in query["sql"]] == []


@pytest.mark.parametrize(("seconds", "words"), [(None, ""), (0.42, "0.4 s"), (9.97, "10 s"), (41.6, "42 s")])
def test_a_fast_pace_keeps_its_decimal(made: Locked, seconds: float | None, words: str) -> None:
    rita = made.reading("rita")
    assert (
        ReaderProgress(enrolment=rita, sections=(), seconds_a_trial=seconds, last_answer=None).pace == words
    )


def test_sections_go_by_their_titles(made: Locked) -> None:
    assert '<th scope="col">Triples</th><th scope="col">Calls</th>' in page(made)


@pytest.mark.parametrize(
    ("minutes", "of_the_hour", "words"),
    [
        (43, True, "in the last hour"),
        (61, True, "in the last 2 hours"),
        (50 * 60, True, "2\xa0days ago"),
        (43, False, "43\xa0minutes ago"),
    ],
)
def test_how_long_ago_is_told_no_closer_than_the_time(minutes: int, of_the_hour: bool, words: str) -> None:
    """An answer of practice was given at some time of its hour."""
    told = ReaderProgress(
        enrolment=Enrolment(),
        sections=(),
        seconds_a_trial=None,
        last_answer=timezone.now() - timedelta(minutes=minutes),
        last_is_of_the_hour=of_the_hour,
    )
    assert told.last_seen == words


def test_an_answer_given_just_now_in_practice_was_not_given_minutes_ago() -> None:
    made = a_locked_study(protocol_text(sections=PRACTICE + "pass_mark = 1.0\n" + CALLS))
    answer_next(made.reading("rita"))
    told = page(made)
    assert "in the last hour" in told
    assert "minutes ago" not in told


def test_another_round_of_practice_shows_nowhere() -> None:
    """A coordinator sees the same of a reader who passed at once and of one who had to practise again.

    A round that is over and isn't handed in at once was failed, so no answers show before the hand-in.
    """
    made = a_locked_study(protocol_text(sections=PRACTICE + "pass_mark = 1.0\n" + CALLS))
    practise(made.reading("rita"), right=True)
    answer_next(made.reading("rita"))
    [_, untouched] = progress_of(made.study)
    practise(made.reading("ron"), right=False)
    [_, before] = progress_of(made.study)
    assert (before.answered, before.days, before.seconds_a_trial) == (untouched.answered, {}, None)
    practise(made.reading("ron"), right=True)
    [passed, after] = progress_of(made.study)
    assert (after.sections[0], after.last_answer) == (passed.sections[0], before.last_answer)
    assert after.answered == 2
    answer_next(made.reading("ron"))
    rita, ron = (told_of(made, made.reading(name)) for name in ("rita", "ron"))
    assert rita == ron
    assert ("answer given", "reading.response") in ron


def practise(reader: Enrolment, *, right: bool) -> None:
    """One round of practice, all right or all wrong, and its judgement."""
    by, section = reader.person, Walk(reader).stretches[0].section
    assert by is not None
    for _ in range(section.presentations.filter(place=reader.place).count()):
        current = Walk(reader).current
        assert current is not None
        slots = Slot.objects.filter(presentation=current)
        real = Key.objects.filter(provenance__source__kind="real").values("trial_image")
        of_kind = slots.filter(trial_image__in=real) if right else slots.exclude(trial_image__in=real)
        answer_next(reader, letter=of_kind[0].letter)
    judge_practice(reader, section, by=by)


def told_of(made: Locked, reader: Enrolment) -> list[tuple[str, str]]:
    """What the log tells a coordinator of a reader, but for the times."""
    entries = made.client("carl").get(f"/api/studies/{made.study.slug}/log").json()["entries"]
    return [(one["verb"], one["subject"]) for one in entries if one["stream"] == reader.stream]
