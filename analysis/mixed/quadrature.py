"""Adaptive Gauss-Hermite quadrature for a mixed model with one random intercept.

The integral over each level's effect is taken at nodes that are moved to its mode and scaled to its
curvature; one node is Laplace's approximation. Pinheiro & Bates (1995), "Approximations to the log-likelihood
function in the nonlinear mixed-effects model"; it is `nAGQ` of R's lme4 and ordinal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, roots_hermitenorm

from analysis.arrays import Floats
from analysis.mixed.laplace import At, LaplaceLikelihood

DIFFERENCE = 1e-4


@dataclass
class QuadratureLikelihood(LaplaceLikelihood):
    """The negative marginal log-likelihood at `nodes` points a level, and its gradient by differences."""

    nodes: int = 1

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Value and gradient at (thresholds, fixed effects, standard deviation)."""
        value = self.value(parameters)
        gradient = np.empty(len(parameters))
        for i in range(len(parameters)):
            step = np.zeros(len(parameters))
            step[i] = DIFFERENCE
            gradient[i] = (self.value(parameters + step) - self.value(parameters - step)) / (2 * DIFFERENCE)
        return value, gradient

    def value(self, parameters: Floats) -> float:
        """The negative log-likelihood alone."""
        _, factored, loadings = self.find_modes(parameters)
        thresholds, fixed, _ = self.split(parameters)
        answers, random = self.answers, self.answers.random
        code, size = random.codes[0], random.sizes[0]
        spread = 1 / np.sqrt(factored.by_level.first)
        offset = answers.offset + answers.design @ fixed
        z, weight = roots_hermitenorm(self.nodes)
        logs = np.empty((self.nodes, size))
        for q in range(self.nodes):
            u = self.modes + spread * z[q]
            here = At.of(answers, thresholds, offset + random.spread(u, loadings))
            by_level = np.bincount(code, answers.weight * here.log_probabilities, size)
            logs[q] = by_level - 0.5 * u**2 + 0.5 * z[q] ** 2 + np.log(weight[q])
        return -float((logsumexp(logs, axis=0) + np.log(spread) - 0.5 * np.log(2 * np.pi)).sum())
