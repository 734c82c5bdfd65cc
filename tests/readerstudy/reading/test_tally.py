"""The tally of answers says what counting them would say."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Sum
from django.utils import timezone

from readerstudy.desk.watching.progress import progress_of
from readerstudy.reading.answer import Answer
from readerstudy.reading.models import Choice, Response, Tally
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    Locked,
    a_locked_study,
    an_answer,
    answer_next,
    protocol_text,
    read_everything,
)

pytestmark = pytest.mark.django_db


GOING_BACK = protocol_text(sections=QUARTETS.format(trials=3) + CALLS, more="[reading]\nallow_back = true\n")


@pytest.fixture
def knees(db: None) -> Locked:
    return a_locked_study()


def test_it_agrees_with_the_answers_however_they_came(knees: Locked) -> None:
    rita, ron = knees.reading("rita"), knees.reading("ron")
    answer_next(rita)
    current, reader = Walk(rita).current, rita.person
    assert current is not None
    assert reader is not None
    same, once = an_answer(rita), uuid4()
    for _ in range(2):
        timing = Timing(response_ms=900, active_ms=700)
        respond(rita, current.token, same, by=reader, client_uuid=once, timing=timing)
    list(read_everything(ron))
    counted = Response.objects.filter(revision=1).values_list("enrolment_id", "presentation__section_id")
    counted = counted.annotate(Count("pk"), Count("active_ms"), Sum("active_ms", default=0))
    told = Tally.objects.values_list("enrolment_id", "section_id", "answers", "timed", "active_ms")
    assert sorted(map(tuple, counted)) == sorted(map(tuple, told))
    assert [reader.answered for reader in progress_of(knees.study)] == [2, 3]


def correct(reader: Enrolment, token: str, answer: Answer, **timing: Any) -> None:
    """Answer once more what was answered just now."""
    person = reader.person
    assert person is not None
    said = Timing(particulars=timing)
    respond(reader, token, answer, by=person, client_uuid=uuid4(), timing=said)


def chosen_by(reader: Enrolment) -> dict[tuple[str, str], int]:
    rows = Choice.objects.filter(enrolment=reader, times__gt=0).values_list("kind", "value", "times")
    return {(kind, value): times for kind, value, times in rows}


def test_a_correction_moves_what_was_chosen_and_is_no_more_answer() -> None:
    rita = a_locked_study(GOING_BACK).reading("rita")
    first = answer_next(rita, letter="A", points=3).response.presentation.token
    answer_next(rita, letter="A", points=3)
    assert chosen_by(rita) == {("pick", "0"): 2, ("rating", "3"): 6}
    for points in (1, 2):
        correct(rita, first, Answer(pick="B", ratings=dict.fromkeys("ABC", points)))
    assert chosen_by(rita) == {("pick", "0"): 1, ("pick", "1"): 1, ("rating", "3"): 3, ("rating", "2"): 3}
    assert [reader.answered for reader in progress_of(rita.study)] == [2, 0]


def test_the_clock_of_a_correction_counts() -> None:
    rita = a_locked_study(GOING_BACK).reading("rita")
    token = answer_next(rita).response.presentation.token
    late = (timezone.now() - timedelta(hours=3)).isoformat()
    correct(rita, token, Answer(pick="B", ratings=dict.fromkeys("ABC", 2)), clock={"submitted_at": late})
    assert progress_of(rita.study)[0].deviations == (
        "The reader's clock and the server's differ by up to 180 minutes.",
    )


@pytest.fixture
def newest_tables_again() -> Iterator[None]:
    """Whatever happens on the way back, the tables are as other tests expect them."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate_reading(to: str) -> None:
    MigrationExecutor(connection).migrate([("reading", to)])


def tallied() -> list[Any]:
    counts = Tally.objects.values_list("enrolment", "section", "day", "answers", "active_ms", "clock_gap")
    choices = Choice.objects.filter(times__gt=0).values_list("enrolment", "section", "kind", "value", "times")
    return [sorted(counts), sorted(choices), sorted(Tally.objects.values_list("enrolment", "last_at"))]


@pytest.mark.django_db(transaction=True)
def test_answers_from_before_are_tallied_by_the_migrations(newest_tables_again: None) -> None:
    made = a_locked_study(GOING_BACK)
    rita = made.reading("rita")
    token = answer_next(rita).response.presentation.token
    for points, said in ((1, "2001-01-01T00:00:00Z"), (2, "no time at all")):
        answer = Answer(pick="B", ratings=dict.fromkeys("ABC", points))
        correct(rita, token, answer, clock={"submitted_at": said})
    list(read_everything(rita))
    list(read_everything(made.reading("ron")))
    kept = tallied()
    migrate_reading("0005_guards_again")
    migrate_reading("0007_choices")
    assert tallied() == kept


@pytest.mark.django_db(transaction=True)
def test_readers_who_answer_at_once_do_not_wait_for_one_another() -> None:
    """On PostgreSQL both hold their answer open at once; SQLite has one writer at a time by nature."""
    made = a_locked_study()
    both_have_answered = threading.Barrier(2 if connection.features.has_select_for_update else 1, timeout=20)
    failures: list[BaseException] = []

    def read(name: str) -> None:
        try:
            with transaction.atomic():
                answer_next(made.reading(name))
                both_have_answered.wait()
        except BaseException as failure:  # noqa: BLE001 a thread has nowhere else to report
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=read, args=(name,)) for name in ("rita", "ron")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(Tally.objects.values_list("answers", flat=True)) == 2
