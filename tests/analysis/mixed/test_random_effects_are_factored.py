"""The Hessian of the random effects, factored by blocks, against a dense one."""

import numpy as np
import pytest

from analysis.mixed.crossed import RandomEffects, Term

READER, TRIAL, SOURCE = (index.ravel() for index in np.indices((5, 7, 4)))
IMAGE = 4 * TRIAL + SOURCE
LEVELS = {"reader": READER, "trial": TRIAL, "image": IMAGE}
COVARIATE = np.random.default_rng(3).normal(size=len(READER))


def effects(*names: str) -> RandomEffects:
    """Terms by name; with a + they have a slope."""
    terms = []
    for name in names:
        codes = LEVELS[name.rstrip("+")]
        slopes = [COVARIATE] if name.endswith("+") else []
        columns = np.column_stack([np.ones(len(codes)), *slopes])
        terms.append(
            Term(name, codes, int(codes.max()) + 1, columns, ("intercept", "slope")[: 1 + len(slopes)])
        )
    return RandomEffects.of(terms)


@pytest.mark.parametrize(
    ("names", "by_level"),
    [
        (("reader",), 5),
        (("reader", "image"), 28),
        (("trial", "image"), 28 + 7),
        (("reader", "trial", "image"), 28 + 7),
        (("reader+", "trial", "image"), 28 + 7),
        (("reader+", "trial"), 7),
        (("reader", "image+", "trial"), 28 + 28),
        (("reader+",), 5 + 5),
    ],
)
def test_blocks_give_what_the_dense_hessian_gives(names: tuple[str, ...], by_level: int) -> None:
    random, rng = effects(*names), np.random.default_rng(5)
    weights = rng.random(len(READER))
    loadings = random.loadings(rng.random(sum(len(term.entries) for term in random.terms)) + 0.2)
    spread = np.zeros((len(READER), random.n_levels))
    starts = np.cumsum([0, *random.sizes])
    columns = [codes + start for codes, start in zip(random.codes, starts[:-1], strict=True)]
    for column, loading in zip(columns, loadings, strict=True):
        spread[np.arange(len(READER)), column] = loading
    dense = np.eye(random.n_levels) + spread.T @ (weights[:, None] * spread)
    inverse = np.linalg.inv(dense)

    factored = random.factor(weights, loadings)

    assert len(random.places(random.outer)) == by_level
    assert factored.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1], rel=1e-10)
    right = rng.normal(size=random.n_levels)
    assert factored.solve(right) == pytest.approx(inverse @ right, rel=1e-9)
    total, parts = factored.leverages(loadings)
    assert total == pytest.approx(np.einsum("ij,jk,ik->i", spread, inverse, spread), rel=1e-9)
    for column, part in zip(columns, parts, strict=True):
        assert part == pytest.approx(
            (inverse @ spread.T)[column, np.arange(len(READER))], rel=1e-8, abs=1e-12
        )
