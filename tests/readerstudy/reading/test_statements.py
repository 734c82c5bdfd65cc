"""What an answer asks of the database: as little as its promises need, however long the section is."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from readerstudy.accounts.backend import Backend
from readerstudy.accounts.models import User
from readerstudy.reading.models import Draft, Presentation, Response, Sitting
from readerstudy.reading.readers import reading_now, reading_of
from readerstudy.reading.respond import presentation_of
from readerstudy.reading.screen_rows import _near
from readerstudy.statements import at_once, execute, insert_all
from readerstudy.studies.withdraw import withdraw
from tests.readerstudy.factory import QUARTETS, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab

pytestmark = pytest.mark.django_db(transaction=True)

#: BEGIN and COMMIT, the session and the person among them.
MOST_STATEMENTS = 18 if connection.vendor == "sqlite" else 13


def statements(request: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        request()
    return [query["sql"] for query in asked.captured_queries]


def a_reader_on_the_way(trials: int, more: str = "") -> Tab:
    """Somebody who sits in a tab, has answered once and has begun the next answer."""
    rita = a_tab(a_locked_study(protocol_text(sections=QUARTETS.format(trials=trials), more=more)))
    rita.sit()
    assert rita.respond().status_code == 201
    path = f"presentations/{rita.state()['current']['token']}/draft"
    assert rita.put(path, {"draft": {"pick": "A"}, "client_ms": 5}).status_code == 204
    return rita


@pytest.mark.parametrize("trials", [3, 12])
def test_an_answer_takes_few_statements(trials: int) -> None:
    rita = a_reader_on_the_way(trials)
    state = rita.state()
    asked = statements(lambda: rita.respond(state))
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)
    assert not Draft.objects.exists()
    assert rita.state()["section"]["answered"] == 2


def test_a_repeat_takes_no_more_than_the_answer_did() -> None:
    rita = a_reader_on_the_way(3)
    state = rita.state()
    body, path = rita.submission(state), f"presentations/{state['current']['token']}/response"
    assert rita.post(path, body).status_code == 201
    asked = statements(lambda: rita.post(path, body))
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)


def test_an_image_takes_one_statement_beside_session_and_person() -> None:
    rita = a_reader_on_the_way(3)
    url = rita.state()["current"]["images"][0]["url"]
    rita.client.get(url)
    asked = statements(lambda: rita.client.get(url))
    assert len(asked) <= 3, "\n".join(asked)


def test_screens_that_a_process_keeps_are_those_that_it_would_read() -> None:
    rita = a_reader_on_the_way(9)
    kept = rita.state()
    _near.cache_clear()
    assert rita.state() == kept
    token = kept["current"]["token"]
    _near.cache_clear()
    assert rita.respond(kept).status_code == 201
    assert Response.objects.filter(presentation__token=token).exists()


def test_of_changes_at_once_all_are_made_or_none() -> None:
    a_reader_on_the_way(3)
    draft = Draft.objects.get()
    again = Draft(presentation_id=draft.presentation_id, enrolment_id=draft.enrolment_id, body={})

    @transaction.atomic
    def change() -> None:
        with at_once():
            execute("UPDATE reading_draft SET body = '{}' WHERE id = %s", [draft.pk])
            insert_all([again])

    with pytest.raises(IntegrityError):
        change()
    assert Draft.objects.get().body == {"pick": "A"}


def test_what_an_answer_asks_for_is_what_django_would_find() -> None:
    rita = a_reader_on_the_way(3)
    person = User.objects.get(enrolments__pseudonym=Response.objects.get().enrolment.pseudonym)
    quick, whole = reading_now(person, "knees"), reading_of(person, "knees")
    for one, other in ((quick, whole), (quick.study, whole.study), (quick.study.lock, whole.study.lock)):
        assert model_to_dict(one) == model_to_dict(other)
    assert quick.study.uuid == whole.study.uuid
    assert quick.study.lock.protocol == whole.study.lock.protocol
    for name in ("withdrawal", "freeze", "consent", "questionnaire", "briefing"):
        assert quick.has(name) == whole.has(name), name
    assert quick.has("briefing")
    shown = presentation_of(quick, rita.state()["current"]["token"])
    stored = Presentation.objects.get(pk=shown.pk)
    assert model_to_dict(shown) == model_to_dict(stored)
    assert [model_to_dict(slot) for slot in shown.screen_slots] == [
        model_to_dict(slot) for slot in stored.screen_slots
    ]
    for row in (Sitting.objects.holding(quick), Backend().get_user(person.pk)):
        assert row is not None
        assert values(row) == values(type(row)._default_manager.get(pk=row.pk))


def values(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_withdrawn_reader_and_a_frozen_study_are_seen_as_such() -> None:
    rita = a_reader_on_the_way(3)
    enrolment = Response.objects.get().enrolment
    withdraw(enrolment, by=enrolment.study.created_by, reason="Left", keep_answers=True)
    person = User.objects.get(enrolments=enrolment)
    assert reading_now(person, "knees").has("withdrawal")
    assert rita.client.get("/api/reading/knees/state").status_code == 403
