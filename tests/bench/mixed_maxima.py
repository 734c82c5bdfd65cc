"""Whether the mixed models find their maximum: against a slow search that shares no code with them.

    python -m tests.bench.mixed_maxima [STUDIES] [FIRST]

draws studies of four shapes (250 each; from FIRST on, to go on with an earlier run) and fits each twice: with
the analysis, and with a Laplace approximation with a dense Hessian whose likelihood is climbed on the log
scale of the deviations from six starts. It prints, for each shape, how often a variance was estimated at
zero, how often the other search found more there (a false zero), how often it found more at all, and the
range of the differences.
"""

import sys
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from analysis.mixed.fit import fit_logistic, fit_ordinal
from analysis.mixed.result import MixedModel

LEAST_LOG_SD = -7.0
STARTS = ((0.1, 0.1), (0.1, 1.0), (1.0, 0.1), (1.0, 1.0), (0.4, 0.4), (2.0, 2.0))
MORE = 1e-4
FAR_DOWN = -1e9


@dataclass(frozen=True)
class Shape:
    """A kind of study; deviations are drawn anew for each, a third of them zero."""

    readers: int
    cases: int
    ordinal: bool = False

    @property
    def name(self) -> str:
        return f"{'ordinal ' if self.ordinal else ''}{self.readers} x {self.cases}"

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Categories, readers x cases."""
        sd = rng.choice([0.0, 0.3, 0.6], 2)
        eta = rng.normal(0, sd[0], (self.readers, 1)) + rng.normal(0, sd[1], self.cases)
        latent = eta + rng.logistic(size=(self.readers, self.cases))
        cuts = [-2.0, -0.5, 1.0] if self.ordinal else [rng.choice([-1.0, 0.0, 1.0])]
        return np.digitize(latent, cuts)


def slow(table: np.ndarray) -> float:
    """The largest log-likelihood that any of the starts leads to."""
    y = np.unique(table, return_inverse=True)[1].reshape(table.shape)
    shares = np.bincount(y.ravel()).cumsum()[:-1] / y.size
    cuts = np.log(shares / (1 - shares))
    best = -np.inf
    for start in STARTS:
        free = np.concatenate([cuts[:1], np.log(np.diff(cuts)), np.log(start)])
        bounds = [(-20, 20)] * len(cuts) + [(LEAST_LOG_SD, 3)] * 2
        modes = np.zeros(sum(table.shape))

        def value(x: np.ndarray, modes: np.ndarray = modes) -> float:
            thresholds = np.concatenate([x[:1], x[0] + np.exp(x[1 : len(cuts)]).cumsum()])
            return -dense_laplace(y, thresholds, np.exp(x[len(cuts) :]), modes)

        found = minimize(value, free, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12})
        best = max(best, -found.fun)
    return best


def dense_laplace(y: np.ndarray, thresholds: np.ndarray, sds: np.ndarray, modes: np.ndarray) -> float:
    """Laplace's approximation with a dense Hessian; `modes` is where the last search ended."""
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    above, below, readers = edges[y + 1], edges[y], len(y)
    scale = np.repeat(sds, y.shape)

    def at(u: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        effects = scale * u
        eta = effects[:readers, None] + effects[readers:]
        high, low = expit(above - eta), expit(below - eta)
        with np.errstate(divide="ignore"):
            penalised = np.log(high - low).sum() - 0.5 * u @ u
        return penalised, high + low - 1, high * (1 - high) + low * (1 - low)

    def curvature(weight: np.ndarray) -> np.ndarray:
        found = np.diag(np.concatenate([weight.sum(axis=1), weight.sum(axis=0)]))
        found[:readers, readers:], found[readers:, :readers] = weight, weight.T
        return np.eye(len(scale)) + scale[:, None] * found * scale

    u = modes.copy()
    value, score, weight = at(u)
    for _ in range(100):
        pull = scale * np.concatenate([score.sum(axis=1), score.sum(axis=0)]) - u
        step = np.linalg.solve(curvature(weight), pull)
        size, last = 1.0, value
        while (found := at(u + size * step))[0] < last - 1e-12 * abs(last) and size > 1e-8:
            size /= 2
        u = u + size * step
        value, score, weight = found
        if np.abs(step).max() < 1e-8:
            break
    modes[:] = u
    laplace = float(value - 0.5 * np.linalg.slogdet(curvature(weight))[1])
    return laplace if np.isfinite(laplace) else FAR_DOWN


def fit(table: np.ndarray) -> MixedModel:
    """The same with the analysis."""
    reader, case = (index.ravel() for index in np.indices(table.shape))
    groups = {"reader": reader, "case": case}
    nothing = np.empty((table.size, 0))
    if len(np.unique(table)) > 2:
        return fit_ordinal(table.ravel(), nothing, [], groups)
    return fit_logistic(table.ravel() == table.max(), nothing, [], groups)


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for shape in (Shape(8, 50), Shape(5, 40), Shape(12, 60), Shape(8, 30, ordinal=True)):
        rng = np.random.default_rng(20251025)
        zeros = false = less = 0
        differences = []
        for table in [shape.draw(rng) for _ in range(studies)][first:]:
            model, other = fit(table), slow(table)
            at_zero = any(r.at_boundary for r in model.random)
            more = other > model.log_likelihood + MORE
            zeros, false, less = zeros + at_zero, false + (at_zero and more), less + more
            differences.append(other - model.log_likelihood)
        sys.stdout.write(
            f"{shape.name:16s} {studies - first} studies: {zeros} with a zero, {false} false; the slow "
            f"search found more in {less}; differences {min(differences):+.1e} to {max(differences):+.1e}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
