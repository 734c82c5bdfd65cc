"""The page on the architecture shows the rooms as they are and names files that there are."""

import re
from pathlib import Path

import pytest

from docs.rooms import PICTURE, drawn

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def test_the_picture_is_that_of_the_code() -> None:
    assert PICTURE.read_text() == drawn(), "run: python docs/rooms.py"


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(\w+/[\w/]+\.py)`", PAGE))))
def test_a_file_that_the_page_names_is_there(named: str) -> None:
    assert any((ROOT / room / named).exists() for room in (".", "readerstudy"))
