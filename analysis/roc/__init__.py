"""Empirical ROC areas: DeLong for one reader, Obuchowski-Rockette and Hillis for several."""

from analysis.roc.auc import (
    Auc,
    auc_covariance,
    delong_test,
    empirical_auc,
    roc_curve,
    signed_confidence,
)
from analysis.roc.obuchowski_rockette import ObuchowskiRockette, obuchowski_rockette

__all__ = [
    "Auc",
    "ObuchowskiRockette",
    "auc_covariance",
    "delong_test",
    "empirical_auc",
    "obuchowski_rockette",
    "roc_curve",
    "signed_confidence",
]
