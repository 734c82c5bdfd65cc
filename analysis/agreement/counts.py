"""How often each case got each category, and the weights by which near misses count as partial agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.arrays import Bools, Coded, Floats, Ints, coded, plain_array
from analysis.errors import UnknownChoiceError, WrongShapeError, WrongValueError

WEIGHTS = ("identity", "linear", "quadratic", "ordinal")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Cases x categories, cases nobody answered left out; `codes` is readers x cases, -1 for missing.

    `places` is where each answer lies in a flat cases x (1 + categories) table, whose first column takes the
    missing ones.
    """

    counts: Floats
    codes: Ints
    places: Ints
    categories: tuple[Any, ...]
    complete: bool

    @property
    def n_cases(self) -> int:
        return len(self.counts)

    @property
    def n_readers(self) -> int:
        return len(self.codes)

    @property
    def n_answers(self) -> int:
        return int(self.counts.sum())

    def sum_at_answers(self, values: Floats) -> Floats:
        """For each reader, the sum of `values` (cases x categories) over what the reader answered."""
        padded = np.zeros((self.n_cases, len(self.categories) + 1))
        padded[:, 1:] = values
        return np.asarray(padded.ravel()[self.places].sum(axis=1))

    def counts_by_reader(self, weights: Floats | None = None) -> Floats:
        """Readers x categories: how often each reader chose each, cases weighted."""
        n_readers, n_columns = self.n_readers, len(self.categories) + 1
        flat = (self.codes + (np.arange(n_readers) * n_columns + 1)[:, None]).ravel()
        each = None if weights is None else np.broadcast_to(weights, self.codes.shape).ravel()
        found = np.bincount(flat, weights=each, minlength=n_readers * n_columns)
        return np.asarray(found.reshape(n_readers, n_columns)[:, 1:], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Per case, agreement among its pairs and shares of categories; and their means."""

    n: Floats
    has_pair: Bools
    near: Floats
    squares: Floats
    pair_agreement: Floats
    shares: Floats
    mean_shares: Floats
    observed: float


def counted(table: Any, categories: Any = None) -> Counts:
    """Count a readers x cases table of labels or numbers; None and NaN are missing."""
    code: Coded = table if isinstance(table, Coded) else coded(table, categories)
    codes = code.codes
    complete = codes.size > 0 and int(codes.min()) >= 0
    if not complete:
        codes = codes[:, (codes >= 0).any(axis=0)]
        codes = codes[(codes >= 0).any(axis=1)]
        complete = codes.size > 0 and int(codes.min()) >= 0
    n_cases, n_columns = codes.shape[1], len(code.categories) + 1
    places = codes + (np.arange(n_cases) * n_columns + 1)
    counts = np.bincount(places.ravel(), minlength=n_cases * n_columns).reshape(n_cases, n_columns)
    return Counts(
        counts=counts[:, 1:].astype(np.float64),
        codes=codes,
        places=places,
        categories=code.categories,
        complete=complete,
    )


def shared(counts: Floats, weights: Floats | None) -> Shares:
    """Return what every coefficient is made of. Cases with fewer than two answers have no pair."""
    n = counts.sum(axis=1)
    has_pair = n > 1
    near = counts if weights is None else counts @ weights
    squares = np.einsum("ik,ik->i", counts, near)
    pair_agreement = np.where(has_pair, squares - n, 0.0) / np.maximum(n * (n - 1), 1.0)
    shares = counts / n[:, None]
    return Shares(
        n=n,
        has_pair=has_pair,
        near=near,
        squares=squares,
        pair_agreement=pair_agreement,
        shares=shares,
        mean_shares=shares.sum(axis=0) / max(len(n), 1),
        observed=float(pair_agreement.sum()) / max(int(has_pair.sum()), 1),
    )


def weight_matrix(name: str, categories: tuple[Any, ...]) -> Floats | None:
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


def apart_by(weights: Floats | None, categories: tuple[Any, ...]) -> Floats:
    """How far categories lie apart: 1 minus their weights."""
    return np.asarray(1.0 - (np.eye(len(categories)) if weights is None else weights))


def numbers(categories: tuple[Any, ...]) -> Floats:
    """Return the categories as numbers: themselves where they are, else their places in the given order."""
    if all(isinstance(item, int | float) for item in categories):
        return np.array(categories, dtype=np.float64)
    return np.arange(float(len(categories)))


def two_readers(first: Any, second: Any) -> list[Any]:
    """Return two readers' answers as a table of two rows, refusing unequal lengths."""
    first, second = plain_array(first), plain_array(second)
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != other.shape:
        raise WrongShapeError("Two readers' answers have to be two lists of the same length, case by case.")
    if one.dtype.kind != other.dtype.kind and "O" not in one.dtype.kind + other.dtype.kind:
        numeric = "iufb"
        if not (one.dtype.kind in numeric and other.dtype.kind in numeric):
            raise WrongValueError("One reader's answers are numbers and the other's are texts: use one kind.")
    return [first, second]
