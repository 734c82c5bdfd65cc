"""What an image can be asked to show: categorical and continuous attributes, each of which may be missing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.errors import DatasetError, UnknownConditionError

Value = str | float | None


@dataclass(frozen=True, kw_only=True)
class Categorical:
    """One of a few named values, for example grade or side."""

    name: str
    values: tuple[str, ...]
    shares: tuple[float, ...] = ()

    def encode(self, value: Value) -> float:
        """The number of the value; NaN for a missing one."""
        if value is None or value == "":
            return math.nan
        text = _plain(value)
        if text not in self.values:
            raise UnknownConditionError(
                f"{self.name}={text} is not known. Allowed for {self.name}: {', '.join(self.values)}"
            )
        return float(self.values.index(text))

    def allowed(self) -> list[str]:
        return list(self.values)

    def stages(self) -> list[str]:
        """The values that a progression shows."""
        return list(self.values)

    def draw(self, rng: np.random.Generator) -> str:
        """A value as often as the training data had it."""
        return self.values[int(rng.choice(len(self.values), p=self.shares or None))]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": "categorical",
            "values": list(self.values),
            "shares": list(self.shares),
        }


@dataclass(frozen=True, kw_only=True)
class Continuous:
    """A number within the range that the training data had, for example age or BMI."""

    name: str
    low: float
    high: float
    quantiles: tuple[float, ...] = ()

    def encode(self, value: Value) -> float:
        """The value on -1 to 1; NaN for a missing one."""
        if value is None or value == "":
            return math.nan
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise UnknownConditionError(
                f"{self.name}={value} is not possible. Allowed for {self.name}: "
                f"a number from {self.low:g} to {self.high:g}"
            )
        return 2.0 * (number - self.low) / (self.high - self.low) - 1.0

    def allowed(self) -> tuple[float, float]:
        return self.low, self.high

    def stages(self) -> list[float]:
        """The values that a progression shows, from the lowest to the highest."""
        return [round(float(value), 1) for value in np.linspace(self.low, self.high, 5)]

    @property
    def edges(self) -> tuple[float, ...]:
        """Between which equal shares of the training data lie."""
        return self.quantiles or (self.low, self.high)

    def draw(self, rng: np.random.Generator) -> float:
        """A number spread as in the training data, to one decimal."""
        known = self.edges
        at = float(np.interp(rng.random(), np.linspace(0, 1, len(known)), known))
        return float(np.clip(round(at, 1), self.low, self.high))

    def to_json(self) -> dict[str, Any]:
        span = {"low": self.low, "high": self.high, "quantiles": list(self.quantiles)}
        return {"name": self.name, "kind": "continuous", **span}


Attribute = Categorical | Continuous


@dataclass(frozen=True)
class ConditionSpace:
    """The attributes that a model knows, in the order of its inputs."""

    attributes: tuple[Attribute, ...] = ()
    #: The rows of the training table, as `generation.joint` writes them; no part of what the model is.
    rows: str = field(default="", compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.attributes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes)

    def allowed(self) -> dict[str, list[str] | tuple[float, float]]:
        return {attribute.name: attribute.allowed() for attribute in self.attributes}

    def stages(self, name: str) -> Sequence[Value]:
        """The values that a progression along a condition shows."""
        self.encode({name: None})  # refuses an unknown name
        return next(attribute for attribute in self.attributes if attribute.name == name).stages()

    def encode(self, values: Mapping[str, Value]) -> NDArray[np.float32]:
        """One number an attribute, NaN where nothing is asked; an unknown name is refused."""
        unknown = sorted(set(values) - set(self.names))
        if unknown:
            known = ", ".join(self.names) or "no conditions at all"
            raise UnknownConditionError(f"unknown condition {', '.join(unknown)}: this model knows {known}")
        return np.array(
            [attribute.encode(values.get(attribute.name)) for attribute in self.attributes], np.float32
        )

    def encode_known(self, values: Mapping[str, Value]) -> NDArray[np.float32]:
        """As `encode`, but a value that is not allowed counts as missing."""
        encoded = []
        for attribute in self.attributes:
            try:
                encoded.append(attribute.encode(values.get(attribute.name)))
            except UnknownConditionError:
                encoded.append(math.nan)
        return np.array(encoded, np.float32)

    def to_json(self) -> list[dict[str, Any]]:
        return [attribute.to_json() for attribute in self.attributes]

    @classmethod
    def from_json(cls, entries: Sequence[Mapping[str, Any]], rows: str = "") -> "ConditionSpace":
        return cls(tuple(_attribute_from_json(entry) for entry in entries), rows)

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Value]], continuous: Sequence[str] = ()
    ) -> "ConditionSpace":
        """Attributes from what the data hold: text and few numbers are categories, many numbers a range."""
        return cls(tuple(_attribute_from_column(n, c, n in continuous) for n, c in columns.items()))


def parse_condition(text: str) -> tuple[str, str]:
    """`KEY=VALUE` from a command line."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UnknownConditionError(
            f"cannot read the condition {text!r}: write KEY=VALUE, for example grade=3"
        )
    return name.strip(), value.strip()


def _attribute_from_json(entry: Mapping[str, Any]) -> Attribute:
    if entry["kind"] == "categorical":
        return Categorical(
            name=entry["name"], values=tuple(entry["values"]), shares=tuple(entry.get("shares", ()))
        )
    return Continuous(
        name=entry["name"],
        low=float(entry["low"]),
        high=float(entry["high"]),
        quantiles=tuple(entry.get("quantiles", ())),
    )


_MOST_CATEGORIES = 12


def _attribute_from_column(name: str, column: Sequence[Value], continuous: bool) -> Attribute:
    present = [_plain(value) for value in column if value is not None and value != ""]
    distinct = sorted(set(present))
    if len(distinct) < 2:
        held = f"only {distinct[0]!r}" if distinct else "no value at all"
        raise DatasetError(
            f"the label {name!r} has {held}: a condition needs two values or more. "
            f"Leave {name!r} out, or add images."
        )
    numbers = _numbers(distinct)
    if continuous and numbers is None:
        word = next(text for text in distinct if _numbers([text]) is None)
        raise DatasetError(
            f"the label {name!r} is to be a number, and one of its values is {word!r}. Leave that cell "
            f"empty, or {name!r} out of --continuous."
        )
    if numbers is not None and (continuous or len(distinct) > _MOST_CATEGORIES):
        spread = np.quantile([float(value) for value in present], np.linspace(0, 1, 21))
        return Continuous(
            name=name, low=min(numbers), high=max(numbers), quantiles=tuple(spread.round(4).tolist())
        )
    if len(distinct) > 1000:
        raise DatasetError(f"the label {name!r} has {len(distinct)} different texts: that is no condition.")
    shares = tuple(present.count(value) / len(present) for value in distinct)
    return Categorical(name=name, values=tuple(distinct), shares=shares)


def _numbers(texts: Sequence[str]) -> list[float] | None:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _plain(value: str | float) -> str:
    """3, 3.0, "3" and "3.0" are the same category: a column with gaps is often written with points."""
    text = str(value).strip()
    whole, point, rest = text.partition(".")
    return whole if point and whole.lstrip("-").isdecimal() and not rest.strip("0") else text
