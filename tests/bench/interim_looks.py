"""The error of looks before the end, where readers and cases are both random and nothing differs.

    python -m tests.bench.interim_looks [STUDIES] [FEWEST]

Eight readers answer fifty cases; the truth is the value that the endpoint is held against. Looks are taken
at planned shares of the answers, as the platform takes them: the endpoint is what the report would compute
from the answers there are, and a look stops where its p-value is not above what error spending leaves.
Answers come in three ways: all readers advance alike, each in an order of their own; alike and in one order;
or one reader after the other, where a look has few readers with all their cases. A look at fewer readers
than FEWEST (3, as on the platform) has no result. Printed: how often a study
says that there is a difference (5% wanted) with looks and without, from the same studies.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from scipy.special import ndtri

import analysis

READERS, CASES = 8, 50
NULL = 0.35
SHARES = (0.25, 0.5, 0.75, 1.0)
PLANS = ((0.5,), (0.25, 0.5, 0.75))
METHODS = ("lan-demets-obrien-fleming", "lan-demets-pocock")
Table = np.ndarray
Arrival = Callable[[np.random.Generator], Table]


def scores(rng: np.random.Generator) -> Table:
    """Numbers whose mean over all readers and cases is 0."""
    readers, cases = rng.normal(0, 0.3, (READERS, 1)), rng.normal(0, 0.5, CASES)
    return readers + cases + rng.normal(0, 1, (READERS, CASES))


def picks(rng: np.random.Generator) -> Table:
    """Right and wrong answers, right in 35% over all readers and cases (probit, so that it is exact)."""
    sd = np.array([0.3, 0.4, 1.0])
    latent = rng.normal(0, sd[0], (READERS, 1)) + rng.normal(0, sd[1], CASES)
    latent = latent + rng.normal(0, sd[2], (READERS, CASES))
    return (latent < ndtri(NULL) * np.sqrt((sd**2).sum())).astype(float)


def own_order(rng: np.random.Generator) -> Table:
    """The share of the study at which each answer comes."""
    return rng.permuted(np.tile(np.arange(1, CASES + 1) / CASES, (READERS, 1)), axis=1)


def one_order(rng: np.random.Generator) -> Table:
    return np.tile(rng.permutation(np.arange(1, CASES + 1)) / CASES, (READERS, 1))


def reader_by_reader(rng: np.random.Generator) -> Table:
    first = own_order(rng)
    return (np.arange(READERS)[:, None] + first) / READERS


def p_value(table: Table, comes: Table, share: float, null: float, fewest: int) -> float:
    """The endpoint's two-sided p-value from the answers that are there at a share of the study."""
    seen = np.where(comes <= share + 1e-9, table, np.nan)
    there = np.isfinite(seen)
    if there.any(axis=1).sum() < fewest:
        return 1.0
    p = analysis.crossed_mean(seen[there.any(axis=1)][:, there.any(axis=0)], null=null).p
    return 1.0 if p is None else p


def levels(looks: Sequence[float], method: str) -> list[float]:
    """What decides at each look, and at the end."""
    planned = [
        analysis.nominal_level(looks[:place], share, method=method) for place, share in enumerate(looks)
    ]
    return [*planned, analysis.nominal_level(looks, 1.0, method=method, last=True)]


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    fewest = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    kinds = ((scores, 0.0), (picks, NULL))
    arrivals: tuple[Arrival, ...] = (own_order, one_order, reader_by_reader)
    for (draw, null), arrive in product(kinds, arrivals):
        rng = np.random.default_rng(20261130)
        p = np.empty((studies, len(SHARES)))
        for study in p:
            table, comes = draw(rng), arrive(rng)
            study[:] = [p_value(table, comes, share, null, fewest) for share in SHARES]
        said = [
            f"{draw.__name__:7s} {arrive.__name__:17s} without looks {100 * (p[:, -1] <= 0.05).mean():.1f}%"
        ]
        for looks, method in product(PLANS, METHODS):
            taken = [SHARES.index(share) for share in (*looks, 1.0)]
            shown = (p[:, taken] <= levels(looks, method)).any(axis=1)
            said.append(f"{method.removeprefix('lan-demets-')} {len(looks)}: {100 * shown.mean():.1f}%")
        sys.stdout.write("  ".join(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
