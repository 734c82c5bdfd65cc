"""The tally of answers says what counting them would say."""

from uuid import uuid4

import pytest
from django.db.models import Count, Sum

from readerstudy.desk.progress import progress_of
from readerstudy.reading.models import Response, Tally
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from tests.readerstudy.factory import Locked, a_locked_study, an_answer, answer_next, read_everything

pytestmark = pytest.mark.django_db


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
    assert sorted(counted) == sorted(told)
    assert [reader.answered for reader in progress_of(knees.study)] == [2, 3]
