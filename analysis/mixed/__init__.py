"""Mixed models with crossed random intercepts for readers, trials and images."""

from analysis.mixed.crossed import TooManyLevelsError
from analysis.mixed.fit import UnfittedError, fit_logistic, fit_ordinal, treatment_design
from analysis.mixed.result import Coefficient, MixedModel, RandomIntercept

__all__ = [
    "Coefficient",
    "MixedModel",
    "RandomIntercept",
    "TooManyLevelsError",
    "UnfittedError",
    "fit_logistic",
    "fit_ordinal",
    "treatment_design",
]
