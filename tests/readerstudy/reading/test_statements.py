"""What an answer asks of the database: as little as its promises need, however long the section is."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readerstudy.reading.models import Draft
from tests.readerstudy.factory import QUARTETS, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab

pytestmark = pytest.mark.django_db(transaction=True)

#: BEGIN and COMMIT, the session and the person among them.
MOST_STATEMENTS = 20


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
def test_an_answer_takes_twenty_statements_at_most(trials: int) -> None:
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


def test_an_image_takes_four_statements_at_most() -> None:
    rita = a_reader_on_the_way(3)
    url = rita.state()["current"]["images"][0]["url"]
    rita.client.get(url)
    asked = statements(lambda: rita.client.get(url))
    assert len(asked) <= 4, "\n".join(asked)
