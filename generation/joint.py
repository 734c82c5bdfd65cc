"""Which conditions go together: the rows of the training table, coarsened, and drawing whole ones.

Drawn one by one, conditions make patients that training never had. A number is kept as the twentieth of its
range that it lies in, so that a card holds no patient's own values.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generation.conditions import Attribute, Categorical, ConditionSpace, Value
from generation.errors import UnknownConditionError

MISSING = -1
_MOST_ROWS = 4096

Rows = NDArray[np.int64]


def rows_of(space: ConditionSpace, columns: Mapping[str, Sequence[Value]]) -> str:
    """Distinct rows with how often each occurs, as one text for a card: `3 1 12 7;…`, the count last."""
    if not len(space):
        return ""
    table = np.stack([[_code(a, value) for value in columns[a.name]] for a in space.attributes], axis=1)
    distinct, counts = np.unique(table, axis=0, return_counts=True)
    if len(distinct) > _MOST_ROWS:
        kept = np.random.default_rng(0).choice(len(distinct), _MOST_ROWS, replace=False)
        distinct, counts = distinct[kept], counts[kept]
    lines = np.column_stack([distinct, counts]).tolist()
    return ";".join(" ".join(map(str, line)) for line in lines)


class ConditionDraw:
    """Draws what a request leaves unnamed, from the training rows that agree with what it names."""

    def __init__(self, space: ConditionSpace, rows: str, named: Mapping[str, Value]) -> None:
        self.space, self.named = space, named
        table = _parsed(rows, len(space))
        self.codes, counts = table[:, :-1], table[:, -1]
        self.ends = np.zeros(0)
        if len(table):
            chosen = self._chosen()
            self.codes, self.ends = self.codes[chosen], np.cumsum(counts[chosen])

    def conditions(self, rng: np.random.Generator) -> dict[str, Value]:
        """One image's conditions: a card from before rows were kept has each drawn by itself."""
        attributes = self.space.attributes
        if not len(self.ends):
            drawn: dict[str, Value] = {a.name: a.draw(rng) for a in attributes}
        else:
            row = self.codes[np.searchsorted(self.ends, rng.random() * self.ends[-1], side="right")]
            drawn = {a.name: _value(a, int(code), rng) for a, code in zip(attributes, row, strict=True)}
        return {name: self.named.get(name, value) for name, value in drawn.items()}

    def _chosen(self) -> NDArray[np.bool_]:
        """Rows without a gap where there are any, and of those the ones that have the named values."""
        complete = (self.codes != MISSING).all(1)
        complete = complete if complete.any() else np.ones(len(self.codes), bool)
        agreeing = complete.copy()
        for column, attribute in enumerate(self.space.attributes):
            if self.named.get(attribute.name) not in (None, ""):
                agreeing &= self.codes[:, column] == _code(attribute, self.named[attribute.name])
        return agreeing if agreeing.any() else complete


def has_gaps(space: ConditionSpace, rows: str, name: str) -> bool:
    """Whether a condition was missing in some training image, so that the network knows what open means."""
    column = _parsed(rows, len(space))[:, space.names.index(name)]
    return bool((column == MISSING).any())


def _parsed(rows: str, attributes: int) -> Rows:
    if not rows:
        return np.zeros((0, attributes + 1), np.int64)
    return np.array([line.split() for line in rows.split(";")], np.int64)


def _code(attribute: Attribute, value: Value) -> int:
    try:
        encoded = attribute.encode(value)
    except UnknownConditionError:
        return MISSING
    if np.isnan(encoded):
        return MISSING
    if isinstance(attribute, Categorical):
        return int(encoded)
    number = (encoded + 1) / 2 * (attribute.high - attribute.low) + attribute.low
    return int(np.searchsorted(attribute.edges[1:-1], number, side="right"))


def _value(attribute: Attribute, code: int, rng: np.random.Generator) -> Value:
    if code == MISSING:
        return None
    if isinstance(attribute, Categorical):
        return attribute.values[code]
    low, high = attribute.edges[code], attribute.edges[code + 1]
    return float(np.clip(round(float(rng.uniform(low, high)), 1), attribute.low, attribute.high))
