"""A brace left open swallows every rule below it, and no browser says so."""

from pathlib import Path

import pytest

SHEETS = Path(__file__).parents[3] / "static" / "css"


@pytest.mark.parametrize("name", sorted(sheet.name for sheet in SHEETS.glob("*.css")))
def test_every_brace_is_closed_before_the_next_section(name: str) -> None:
    depth = 0
    for line in (SHEETS / name).read_text().splitlines():
        assert not (line.startswith("/*") and depth), f"{name}: a brace is open above {line!r}"
        depth += line.count("{") - line.count("}")
    assert depth == 0
