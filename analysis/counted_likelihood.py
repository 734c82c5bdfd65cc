"""Maximum likelihood of counted answers: cells in blocks, each block a multinomial of its own.

Fisher scoring; the score is exact but for the central differences of the cells' probabilities. Functions of
parameters take many sets of them at once, along the leading axes, so that differences cost one call.
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
    for _ in range(ROUNDS):
        slopes, p = jacobian(probabilities, at), np.maximum(p, LEAST)
        score = slopes.T @ (counts / p)
        information = slopes.T @ ((sizes / p)[:, None] * slopes)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
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
            return at
    return None


def by_count(counts: Floats, probabilities: Probabilities, at: Floats) -> Floats:
    """How the maximum moves with each count: parameters (rows) by cells, by the implicit function theorem."""

    def score(where: Floats) -> Floats:
        weights = counts / np.maximum(probabilities(where), LEAST)
        return np.asarray((jacobian(probabilities, where) * weights[..., None]).sum(axis=-2))

    curvature = -jacobian(score, at)
    by_cell = jacobian(probabilities, at) / np.maximum(probabilities(at), LEAST)[:, None]
    return np.asarray(np.linalg.solve((curvature + curvature.T) / 2, by_cell.T), dtype=np.float64)


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
