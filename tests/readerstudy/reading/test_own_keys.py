"""A reader's own keys: kept with the account, refused where two tools would share one."""

import pytest

from readerstudy.reading.models import OwnKeys
from tests.readerstudy.factory import Locked
from tests.readerstudy.reading.conftest import Tab, a_tab


def test_keys_follow_the_reader_and_nobody_else(knees: Locked, rita: Tab) -> None:
    assert rita.get("keys").json() == {"keys": {}}
    assert rita.put("keys", {"keys": {"w": "O", "o": "w", "n": "n"}}).json() == {"keys": {"w": "o", "o": "w"}}
    assert rita.get("keys").json() == {"keys": {"w": "o", "o": "w"}}
    assert a_tab(knees, "ron").get("keys").json() == {"keys": {}}
    assert rita.put("keys", {"keys": {}}).json() == {"keys": {}}
    assert OwnKeys.objects.get().keys == {}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"w": "n"}, "stands for two tools"),
        ({"w": "ö", "n": "Ö"}, "stands for two tools"),
        ({"w": "a"}, "keeps its meaning"),
        ({"w": "7"}, "keeps its meaning"),
        ({"w": "?"}, "keeps its meaning"),
        ({"w": ""}, ""),
        ({"w": "Enter"}, ""),
        ({"a": "w"}, "no tool"),
    ],
)
def test_keys_that_clash_are_refused_and_the_old_ones_stay(
    rita: Tab, keys: dict[str, str], sentence: str
) -> None:
    rita.put("keys", {"keys": {"w": "ä"}})
    refused = rita.put("keys", {"keys": keys})
    assert refused.status_code in (400, 422)
    assert sentence in refused.content.decode()
    assert rita.get("keys").json() == {"keys": {"w": "ä"}}
