"""What a plan says in one sentence, as a protocol would."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

WHAT = {
    "pick_real": "share of real images found",
    "call": "share of images called correctly",
    "rate": "share of trials whose real image is rated higher",
    "check_label": "share of labels found discrepant by consensus",
}


def sentence(v: Mapping[str, Any]) -> str:
    """The power, for what, and on which assumptions."""
    error = _error_points(v["power_equivalence"], v["replicates"])
    aim = (
        f"to show the rate to be below {v['margin']:.0%}"
        if v["task"] == "check_label"
        else f"to show equivalence with chance ({v['chance']:.0%}) "
        f"within ±{100 * v['margin']:.3g} percentage points"
    )
    superior = ""
    if v["power_superiority"] is not None:
        superior = f", and {v['power_superiority']:.0%} to show a rate above chance"
    return (
        f"With {v['readers']} readers who each see {v['trials']} trials, and a true {WHAT[v['task']]} of "
        f"{v['accuracy']:.1%}, the study has {v['power_equivalence']:.0%} power (simulation error "
        f"±{error:.1f} percentage points) {aim}{superior}, at a one-sided significance level of "
        f"{v['alpha']:.0%}; simulated {v['replicates']:,} times with a standard deviation between readers of "
        f"{v['reader_sd']:g} logits and a correlation within cases of {v['case_icc']:g} (seed {v['seed']}), "
        "readers and cases both taken as random."
    )


def _error_points(share: float, replicates: int) -> float:
    """Return half of the 95% Wilson interval of a simulated share in percentage points; never 0.0 in print.

    Wilson, JASA 22 (1927) 209. Unlike the standard error, it is not zero for a share of 0 or 1.
    """
    z = 1.96
    half = z * sqrt(share * (1 - share) / replicates + z**2 / (4 * replicates**2)) / (1 + z**2 / replicates)
    return max(0.1, 100 * half)
