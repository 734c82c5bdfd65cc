"""Requests are counted by person, generously."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from readerstudy.accounts.shared_counts import count_one
from readerstudy.web.throttles import Generous
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


@pytest.fixture
def processes() -> Iterator[list[BaseCache]]:
    """The memories of four web processes."""
    memories: list[BaseCache] = [LocMemCache(f"process-{number}", {}) for number in range(4)]
    yield memories
    for memory in memories:
        memory.clear()


def test_a_script_gains_little_from_many_processes(db: None, processes: list[BaseCache]) -> None:
    counted = [count_one(processes[n % 4], "rita", batch=25, seconds=60) for n in range(1_000)]
    allowed = sum(number <= 400 for number in counted)
    assert 400 <= allowed <= 400 + 4 * 25


def test_what_a_person_does_is_counted_without_a_query(
    db: None, processes: list[BaseCache], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert [count_one(processes[0], "ron", batch=25, seconds=60) for _ in range(24)] == list(range(1, 25))
