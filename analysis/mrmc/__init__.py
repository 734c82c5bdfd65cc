"""Multi-reader multi-case analysis of any design: U-statistics with variances by moments, as in iMRMC."""

from analysis.mrmc.auc import mrmc_auc
from analysis.mrmc.binary import mrmc_binary
from analysis.mrmc.result import MrmcAnalysis, MrmcComponents, MrmcDifference, MrmcEstimate

__all__ = [
    "MrmcAnalysis",
    "MrmcComponents",
    "MrmcDifference",
    "MrmcEstimate",
    "mrmc_auc",
    "mrmc_binary",
]
