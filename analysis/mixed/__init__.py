"""Mixed models with crossed random effects of readers, trials and images."""

from analysis.mixed.crossed import TooManyLevelsError
from analysis.mixed.fit import fit_logistic, fit_ordinal, treatment_design
from analysis.mixed.linear import fit_linear
from analysis.mixed.result import (
    Coefficient,
    ComponentTest,
    MixedModel,
    RandomCorrelation,
    RandomIntercept,
)
from analysis.mixed.search import UnfittedError

__all__ = [
    "Coefficient",
    "ComponentTest",
    "MixedModel",
    "RandomCorrelation",
    "RandomIntercept",
    "TooManyLevelsError",
    "UnfittedError",
    "fit_linear",
    "fit_logistic",
    "fit_ordinal",
    "treatment_design",
]
