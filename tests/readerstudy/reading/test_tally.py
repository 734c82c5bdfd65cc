"""The tally of answers says what counting them would say."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
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
