"""How often each case got each category, and the weights by which near misses count as partial agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import UnknownChoiceError, WrongShapeError, WrongValueError
from analysis.tables import BoolArray, Coded, FloatArray, IntArray, coded

WEIGHTS = ("identity", "linear", "quadratic", "ordinal")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Cases x categories, cases nobody answered left out; `codes` is readers x cases, -1 for missing."""

    counts: FloatArray
    codes: IntArray
    categories: tuple[Any, ...]

    @property
    def n_cases(self) -> int:
        return len(self.counts)

    @property
    def n_readers(self) -> int:
        return len(self.codes)

    @property
    def n_answers(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Per case, agreement among its pairs and shares of categories; and their means. Batch axes may lead."""

    n: FloatArray
    has_pair: BoolArray
    pair_agreement: FloatArray
    shares: FloatArray
    mean_shares: FloatArray
    observed: FloatArray


def counted(table: Any, categories: Any = None) -> Counts:
    """Count a readers x cases table of labels or numbers; None and NaN are missing."""
    code: Coded = table if isinstance(table, Coded) else coded(table, categories)
    answered = (code.codes >= 0).any(axis=0)
    codes = code.codes[:, answered]
    codes = codes[(codes >= 0).any(axis=1)]
    n_cases, n_categories = codes.shape[1], len(code.categories)
    flat = (np.arange(n_cases) * (n_categories + 1) + codes + 1).ravel()
    counts = np.bincount(flat, minlength=n_cases * (n_categories + 1)).reshape(n_cases, n_categories + 1)
    return Counts(counts=counts[:, 1:].astype(np.float64), codes=codes, categories=code.categories)


def without_each_reader(data: Counts) -> FloatArray:
    """Counts with each reader left out in turn: readers x cases x categories."""
    own = data.codes[:, :, None] == np.arange(len(data.categories))
    return np.asarray(data.counts - own)


def shared(counts: FloatArray, weights: FloatArray | None) -> Shares:
    """Return what every coefficient is made of. Cases with fewer than two answers have no pair."""
    n = counts.sum(axis=-1)
    has_pair = n > 1
    squared = counts if weights is None else counts @ weights
    pairs = np.einsum("...k,...k->...", counts, squared) - n
    pair_agreement = np.where(has_pair, pairs / np.maximum(n * (n - 1), 1.0), 0.0)
    shares = counts / np.maximum(n, 1.0)[..., None]
    answered = np.maximum((n > 0).sum(axis=-1), 1)
    return Shares(
        n=n,
        has_pair=has_pair,
        pair_agreement=pair_agreement,
        shares=shares,
        mean_shares=shares.sum(axis=-2) / answered[..., None],
        observed=pair_agreement.sum(axis=-1) / np.maximum(has_pair.sum(axis=-1), 1),
    )


def weight_matrix(name: str, categories: tuple[Any, ...]) -> FloatArray | None:
    """Weights of Cohen (1968) and Gwet (2014): None for identity.

    linear: 1 - |a-b| / range; quadratic: 1 - (a-b)² / range², on the categories' own numbers where they are
    numbers, else on their places; ordinal: 1 - C(|k-l|+1, 2) / C(q, 2) on places.
    """
    if name not in WEIGHTS:
        raise UnknownChoiceError(f"The weights {name!r} are unknown: take one of {', '.join(WEIGHTS)}.")
    n = len(categories)
    if name == "identity" or n < 2:
        return None
    if name == "ordinal":
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        return np.asarray(1 - apart * (apart + 1) / (n * (n - 1)))
    values = numbers(categories)
    apart = np.abs(np.subtract.outer(values, values)) / np.ptp(values)
    return np.asarray(1 - (apart if name == "linear" else apart**2))


def numbers(categories: tuple[Any, ...]) -> FloatArray:
    """Return the categories as numbers: themselves where they are, else their places in the given order."""
    if all(isinstance(item, int | float) for item in categories):
        return np.array(categories, dtype=np.float64)
    return np.arange(float(len(categories)))


def two_readers(first: Any, second: Any) -> list[Any]:
    """Return two readers' answers as a table of two rows, refusing unequal lengths."""
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != other.shape:
        raise WrongShapeError("Two readers' answers have to be two lists of the same length, case by case.")
    if one.dtype.kind != other.dtype.kind and "O" not in one.dtype.kind + other.dtype.kind:
        numeric = "iufb"
        if not (one.dtype.kind in numeric and other.dtype.kind in numeric):
            raise WrongValueError("One reader's answers are numbers and the other's are texts: use one kind.")
    return [first, second]
