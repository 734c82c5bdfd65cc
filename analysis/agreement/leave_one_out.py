"""Leave-one-out agreement of all readers at once, for the jackknife over readers.

Without reader g a case with counts c has c - e, where e marks g's answer x, so that its squares c'Wc become
c'Wc - 2(Wc)_x + w_xx: one look-up an answer instead of a new table a reader.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.counts import Counts, Shares
from analysis.arrays import Bools, Floats


def observed_without_each(data: Counts, parts: Shares) -> Floats | None:
    """Observed agreement without each reader; None where no pair would be left."""
    n = parts.n
    left = np.where(n > 2, 1.0 / np.maximum((n - 1) * (n - 2), 1.0), 0.0)
    base = left * (parts.squares + 2 - n) - parts.pair_agreement
    change = data.sum_at_answers(base[:, None] - 2 * left[:, None] * parts.near)
    pairs = _cases_left(data, parts.has_pair, n == 2)
    if (pairs == 0).any():
        return None
    return np.asarray((float(parts.pair_agreement.sum()) + change) / pairs)


def shares_without_each(data: Counts, parts: Shares) -> Floats:
    """Mean shares of the categories without each reader: readers x categories."""
    n = parts.n
    left = np.where(n > 1, 1.0 / np.maximum(n - 1, 1.0), 0.0)
    kept = data.counts * (left - 1.0 / n)[:, None]
    if data.complete:
        change = kept.sum(axis=0) - data.counts_by_reader() * left[0]
    else:
        change = (data.codes >= 0).astype(np.float64) @ kept - data.counts_by_reader(left)
    cases = _cases_left(data, n > 0, n == 1)
    return np.asarray((parts.shares.sum(axis=0) + change) / np.maximum(cases, 1.0)[:, None])


def _cases_left(data: Counts, counted: Bools, lost: Bools) -> Floats:
    """How many of the counted cases are still counted when one who answered a `lost` case leaves."""
    total = float(counted.sum())
    if not lost.any():
        return np.full(data.n_readers, total)
    return np.asarray(total - ((data.codes >= 0) @ lost.astype(np.float64)))
