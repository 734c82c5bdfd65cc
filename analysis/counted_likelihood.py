"""Maximum likelihood of counted answers: cells in blocks, each block a multinomial of its own.

Fisher scoring, and Newton's method where that has not arrived soon: scoring goes round in circles where the
answers fit the model badly. The score is exact but for the
central differences of the cells' probabilities. Functions of parameters take many sets of them at once, along
the leading axes, so that differences cost one call.
"""

from collections.abc import Callable

import numpy as np

from analysis.arrays import Floats

Probabilities = Callable[[Floats], Floats]
STEP = 1e-4
ROUNDS = 200
LEAST = 1e-300
CONVERGED = 1e-9
FARTHEST = 12.0
SHORTEST = 1e-8
NEAR = 0.1
PATIENCE = 10
WIDEST = 1e3


def maximum(counts: Floats, blocks: Floats, probabilities: Probabilities, start: Floats) -> Floats | None:
    """Parameters of the largest likelihood; None where it has none, or the answers do not tell.

    `blocks` names the block of each cell. Parameters are scaled so that beyond ±12 they are as good as
    infinite, which is where the likelihood of answers without overlap grows.
    """
    at, p = start, probabilities(start)
    value = log_likelihood(counts, p)
    if not np.isfinite(value):
        return None
    sizes = np.bincount(blocks.astype(int), counts)[blocks.astype(int)]
    for turn in range(ROUNDS):
        step, spread = _step(counts, sizes, probabilities, at, p, newton=turn >= PATIENCE)
        if step is None:
            return None
        size = 1 / max(1.0, float(np.abs(step).max()) / FARTHEST)
        p = probabilities(at + size * step)
        while not (new := log_likelihood(counts, p)) >= value - 1e-12 and size > SHORTEST:
            size /= 2
            p = probabilities(at + size * step)
        at, value = at + size * step, new
        if np.abs(at).max() > FARTHEST:
            return None
        if np.abs(size * step).max() < CONVERGED:
            # where the likelihood is flat it has no maximum, however short the step
            return at if spread < WIDEST else None
    return None


def _step(
    counts: Floats, sizes: Floats, probabilities: Probabilities, at: Floats, p: Floats, *, newton: bool
) -> tuple[Floats | None, float]:
    """The way to the maximum, and the largest standard error of a parameter; None where nothing tells."""
    slopes, p = jacobian(probabilities, at), np.maximum(p, LEAST)
    score = slopes.T @ (counts / p)
    information = slopes.T @ ((sizes / p)[:, None] * slopes)
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None, np.inf
    step, spread = covariance @ score, float(np.sqrt(np.abs(np.diag(covariance)).max()))
    if newton and np.abs(step).max() < NEAR:
        curvature = _curvature(counts, probabilities, at)
        if np.linalg.eigvalsh(curvature)[0] > 0:
            step = np.asarray(np.linalg.solve(curvature, score), dtype=np.float64)
    return step, spread


def by_count(counts: Floats, probabilities: Probabilities, at: Floats) -> Floats:
    """How the maximum moves with each count: parameters (rows) by cells, by the implicit function theorem."""

    by_cell = jacobian(probabilities, at) / np.maximum(probabilities(at), LEAST)[:, None]
    return np.asarray(np.linalg.solve(_curvature(counts, probabilities, at), by_cell.T), dtype=np.float64)


def _curvature(counts: Floats, probabilities: Probabilities, at: Floats) -> Floats:
    """Of the log-likelihood, downwards."""

    def score(where: Floats) -> Floats:
        weights = counts / np.maximum(probabilities(where), LEAST)
        return np.asarray((jacobian(probabilities, where) * weights[..., None]).sum(axis=-2))

    found = -jacobian(score, at)
    return np.asarray((found + found.T) / 2)


def log_likelihood(counts: Floats, p: Floats) -> float:
    """Multinomial, without its constant; -inf where a cell that was used is impossible."""
    used = counts > 0
    if (p[used] <= 0).any() or not np.isfinite(p).all():
        return -np.inf
    return float(counts[used] @ np.log(p[used]))


def jacobian(function: Probabilities, at: Floats) -> Floats:
    """Derivatives of every value (rows) by every parameter (columns), by central differences."""
    steps = STEP * np.eye(at.shape[-1])
    near = function(at[..., None, None, :] + np.stack([steps, -steps]))
    return np.asarray(np.swapaxes(near[..., 0, :, :] - near[..., 1, :, :], -1, -2) / (2 * STEP))
