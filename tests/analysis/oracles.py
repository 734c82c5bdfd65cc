"""The numbers of others that our statistics are held against."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np

FIXTURES = Path(__file__).parent / "fixtures"


@functools.cache
def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def r(name: str) -> tuple[Any, Any]:
    """Data and values of one call in `fixtures/oracles.R`."""
    found = fixture("oracles.json")["oracles"][name]
    return found["data"], found["value"]


def r_names(beginning: str) -> list[str]:
    return [name for name in fixture("oracles.json")["oracles"] if name.startswith(beginning)]


def van_dyke() -> tuple[np.ndarray, np.ndarray]:
    """Scores (conditions x readers x cases) and truth of the Van Dyke study."""
    ratings = fixture("van_dyke.json")["ratings"]
    scores = [[[int(pair[side]) for pair in line.split()] for line in ratings] for side in (0, 1)]
    return np.array(scores, dtype=float), np.repeat([0, 1], [69, 45])


def agreement_table(name: str) -> tuple[np.ndarray, dict[str, Any]]:
    found = fixture("agreement_tables.json")[name]
    return np.array(found["readers_by_cases"], dtype=float), found
