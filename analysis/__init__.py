"""Statistics of blinded reader studies: every number with its uncertainty, its method and its oracle.

Nothing heavy is loaded before it is asked for: a name is fetched from its module at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES: dict[str, tuple[str, ...]] = {
    "analysis.errors": ("AnalysisError",),
    "analysis.bundle": ("Bundle", "BundleError", "read_bundle"),
    "analysis.reporting": ("Report", "report"),
    "analysis.planning": ("Plan", "plan"),
    "analysis.mixed": ("MixedModel", "fit_linear", "fit_logistic", "fit_ordinal"),
    "analysis.mrmc": ("mrmc_auc", "mrmc_binary"),
    "analysis.marginal": ("fit_cluster_robust", "fit_gee"),
    "analysis.choice": ("conditional_logit",),
    "analysis.result": ("Equivalence", "Interval", "Result", "Test"),
    "analysis.rounding": ("half_up", "half_up_percent", "p_text"),
    "analysis.tables": ("coded", "score_table"),
    "analysis.bayes": ("beta_binomial_bayes_factor",),
    "analysis.proportions": (
        "binomial_test",
        "clopper_pearson",
        "exact_equivalence",
        "fisher_exact",
        "mid_p",
        "newcombe",
        "newcombe_paired",
        "wilson",
    ),
    "analysis.agreement": (
        "brennan_prediger",
        "cohen_kappa",
        "conger_kappa",
        "fleiss_kappa",
        "gwet_ac1",
        "gwet_ac2",
        "icc",
        "icc_forms",
        "kendall_w",
        "krippendorff_alpha",
        "prevalence_bias",
        "raw_agreement",
    ),
    "analysis.bootstrap": ("bootstrap_fleiss", "bootstrap_mean"),
    "analysis.calibration": ("confidence_calibration", "confidence_to_probability"),
    "analysis.crossed": (
        "crossed_contrast",
        "crossed_difference",
        "crossed_equivalence",
        "crossed_mean",
        "crossed_rate",
        "crossed_stratified",
        "equivalence_curve",
    ),
    "analysis.signal_detection": (
        "mafc_dprime",
        "mafc_dprime_interval",
        "mafc_percent_correct",
        "matthews",
        "yes_no",
        "yes_no_from_calls",
    ),
    "analysis.ranks": (
        "a12",
        "adjusted",
        "bowker",
        "cliffs_delta",
        "cochran_q",
        "friedman",
        "hodges_lehmann",
        "hodges_lehmann_two_sample",
        "kruskal",
        "mcnemar",
        "rank_sum",
        "sign_test",
        "signed_rank",
        "stuart_maxwell",
        "superiority_clustered",
        "superiority_crossed",
        "tost_independent",
        "tost_paired",
    ),
    "analysis.roc": (
        "auc_covariance",
        "delong_test",
        "empirical_auc",
        "obuchowski_rockette",
        "roc_curve",
        "signed_confidence",
    ),
    "analysis.sample_size": (
        "sample_size_equivalence",
        "sample_size_equivalence_exact",
        "sample_size_superiority",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - the table above is the list


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"analysis has no {name!r}: it has {', '.join(__all__)}.")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
