"""What comes over the wire and could not be kept is refused before anything sees it."""

from typing import Any

import pytest

from tests.readerstudy.reading.conftest import Tab

#: JSON that Python reads and no database keeps, and what is said of it.
UNFIT = {
    "1e999": "too large to be kept",
    "[[-1e999]]": "too large to be kept",
    "9223372036854775809": "beyond 64 bits",
    "9" * 5_000: "digits",
    "NaN": "NaN",
    r'"\u0000"': "null",
    r'"\ud800"': "broken",
    r'{"\ud800": 1}': "broken",
    "[" * 50_000 + "]" * 50_000: "nested too deeply",
}


@pytest.fixture
def begun(rita: Tab) -> Tab:
    rita.sit()
    return rita


def sent(tab: Tab, method: str, path: str, text: str) -> Any:
    how = {"content_type": "application/json"}
    return getattr(tab.client, method)(f"/api/reading/{tab.slug}/{path}", text, **how)


@pytest.mark.parametrize("value", UNFIT, ids=lambda value: value[:20])
def test_a_draft_that_no_database_keeps_is_refused_with_a_sentence(begun: Tab, value: str) -> None:
    token = begun.state()["current"]["token"]
    answer = sent(begun, "put", f"presentations/{token}/draft", f'{{"draft": {{"note": {value}}}}}')
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert UNFIT[value] in answer.json()["detail"]


def test_so_is_what_comes_with_an_event_or_a_sitting(begun: Tab) -> None:
    event = f'{{"sitting": "{begun.sitting}", "events": [{{"kind": "pause", "t_ms": 1, "x": 1e999}}]}}'
    sitting = f'{{"sitting": "{begun.sitting}", "screen": {{"width": 1e999}}}}'
    assert sent(begun, "post", "events", event).status_code == 400
    assert sent(begun, "post", "sitting", sitting).status_code == 400


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_time_that_is_no_number_is_refused_even_as_text(begun: Tab, number: str) -> None:
    answer = begun.post("events", {"sitting": begun.sitting, "events": [{"kind": "pause", "t_ms": number}]})
    assert answer.status_code == 400
