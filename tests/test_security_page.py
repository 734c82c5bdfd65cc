"""The page about security names a test for each mechanism."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def test_every_test_that_the_page_names_exists() -> None:
    page = (TESTS.parent / "docs" / "security.md").read_text()
    named = set(re.findall(r"`((?:\w+/)*test_\w+\.py)`", page))
    assert len(named) > 50
    assert [
        one
        for one in sorted(named)
        if not (TESTS / one).exists() and not (TESTS / "readerstudy" / one).exists()
    ] == []
