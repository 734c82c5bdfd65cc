"""Statistics of blinded reader studies: every number with its uncertainty, its method and its oracle.

Nothing heavy is loaded before it is asked for: a name is fetched from its module at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES: dict[str, tuple[str, ...]] = {
    "analysis.agreement.chance": (
        "brennan_prediger",
        "fleiss_kappa",
        "gwet_ac1",
        "gwet_ac2",
        "raw_agreement",
    ),
    "analysis.agreement.cohen": (
        "cohen_kappa",
        "prevalence_bias",
    ),
    "analysis.agreement.conger": ("conger_kappa",),
    "analysis.agreement.intraclass": (
        "icc",
        "icc_forms",
    ),
    "analysis.agreement.kendall": ("kendall_w",),
    "analysis.agreement.krippendorff": ("krippendorff_alpha",),
    "analysis.bayes": (
        "beta_binomial_bayes_factor",
        "posterior_within",
    ),
    "analysis.binomial_intervals": (
        "agresti_coull",
        "jeffreys",
        "wilson_corrected",
    ),
    "analysis.bootstrap": (
        "bootstrap_fleiss",
        "bootstrap_mean",
    ),
    "analysis.bundle": (
        "Bundle",
        "read_bundle",
    ),
    "analysis.bundle.errors": ("BundleError",),
    "analysis.calibration": (
        "confidence_calibration",
        "confidence_to_probability",
    ),
    "analysis.choice": ("conditional_logit",),
    "analysis.confidence": (
        "binormal",
        "meta_dprime",
    ),
    "analysis.contingency": (
        "chi_square",
        "cochran_armitage",
        "conditional_odds_ratio",
    ),
    "analysis.crossed": (
        "crossed_contrast",
        "crossed_difference",
        "crossed_equivalence",
        "crossed_mean",
        "crossed_rate",
        "crossed_stratified",
        "equivalence_curve",
    ),
    "analysis.errors": ("AnalysisError",),
    "analysis.froc": (
        "froc",
        "froc_difference",
        "judge",
    ),
    "analysis.limits": (
        "limits_of_agreement",
        "repeatability",
        "reproducibility",
    ),
    "analysis.marginal": (
        "fit_cluster_robust",
        "fit_gee",
    ),
    "analysis.mixed.fit": (
        "fit_logistic",
        "fit_ordinal",
    ),
    "analysis.mixed.linear": ("fit_linear",),
    "analysis.mixed.result": ("MixedModel",),
    "analysis.mrmc.auc": ("mrmc_auc",),
    "analysis.mrmc.binary": ("mrmc_binary",),
    "analysis.parquet": ("save_parquet",),
    "analysis.planning.endpoint": (
        "area_variance",
        "plan_endpoint",
    ),
    "analysis.planning.group_sequential": ("group_sequential", "nominal_level"),
    "analysis.planning.pilot": (
        "pilot",
        "resize",
    ),
    "analysis.planning.plan": (
        "Plan",
        "plan",
    ),
    "analysis.preference": ("plackett_luce",),
    "analysis.psychometric": (
        "converges_to",
        "thresholds",
    ),
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
    "analysis.ranks.equivalence": (
        "tost_independent",
        "tost_paired",
    ),
    "analysis.ranks.location": (
        "hodges_lehmann",
        "hodges_lehmann_two_sample",
    ),
    "analysis.ranks.multiplicity": ("adjusted",),
    "analysis.ranks.paired_tables": (
        "bowker",
        "mcnemar",
        "stuart_maxwell",
    ),
    "analysis.ranks.rank_sum": ("rank_sum",),
    "analysis.ranks.several": (
        "cochran_q",
        "friedman",
        "kruskal",
    ),
    "analysis.ranks.signed": (
        "sign_test",
        "signed_rank",
    ),
    "analysis.ranks.superiority": (
        "a12",
        "cliffs_delta",
        "superiority_clustered",
        "superiority_crossed",
    ),
    "analysis.rasch": ("many_facet_rasch",),
    "analysis.reporting.report": (
        "Report",
        "report",
    ),
    "analysis.result": (
        "Equivalence",
        "Interval",
        "Result",
        "Test",
    ),
    "analysis.roc.auc": (
        "auc_covariance",
        "delong_test",
        "empirical_auc",
        "roc_curve",
        "signed_confidence",
    ),
    "analysis.roc.obuchowski_rockette": ("obuchowski_rockette",),
    "analysis.rounding": (
        "half_up",
        "half_up_percent",
        "p_text",
    ),
    "analysis.sample_size": (
        "sample_size_equivalence",
        "sample_size_equivalence_exact",
        "sample_size_superiority",
    ),
    "analysis.signal_detection": (
        "mafc_dprime",
        "mafc_dprime_interval",
        "mafc_percent_correct",
        "matthews",
        "yes_no",
        "yes_no_from_calls",
    ),
    "analysis.arrays": (
        "coded",
        "score_table",
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
