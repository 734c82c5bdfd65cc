"""Requests are counted by person, generously."""

import pytest

from readerstudy.reading.api.throttle import Generous
from tests.readerstudy.factory import Locked
from tests.readerstudy.reading.conftest import Tab, a_tab


def test_a_script_in_a_loop_is_asked_to_wait(
    knees: Locked, rita: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Generous, "most", 3)
    monkeypatch.setattr(Generous, "clock", staticmethod(lambda: 1_000_004.0))
    assert [rita.get("state").status_code for _ in range(4)] == [200, 200, 200, 429]
    busy = rita.get("state")
    assert busy.json()["code"] == "busy"
    assert busy.headers["Retry-After"] == "6"
    assert a_tab(knees, "ron").get("state").status_code == 200
    monkeypatch.setattr(Generous, "clock", staticmethod(lambda: 1_000_010.0))
    assert rita.get("state").status_code == 200
