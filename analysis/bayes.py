"""Bayes factors of a proportion, which take every answer as independent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from analysis.errors import UnknownChoiceError, WrongProbabilityError
from analysis.proportions import INDEPENDENT, check_count
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class BayesFactor(Result):
    """How much better the alternative predicts the data than the null."""

    bf10: float
    log_bf10: float
    k: int
    n: int
    null: float
    prior: tuple[float, float]
    alternative: str
    method: str
    assumptions: tuple[str, ...] = (INDEPENDENT,)


def beta_binomial_bayes_factor(
    k: int,
    n: int,
    null: float,
    *,
    prior: tuple[float, float] = (1.0, 1.0),
    alternative: Literal["two-sided", "greater"] = "two-sided",
) -> BayesFactor:
    """Bayes factor of p ~ Beta(a, b) against p = null (Kass & Raftery 1995, J Am Stat Assoc 90:773).

    BF10 = B(k+a, n-k+b) / B(a, b) / (null^k (1-null)^(n-k)). With `alternative="greater"` the prior is cut
    off below `null`: BF10 is multiplied by P(p > null | data) / P(p > null).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    null
        The share under the null hypothesis.
    prior
        The two numbers of the beta prior; (1, 1) makes all shares as likely.
    alternative
        two-sided, or greater for shares above the null alone.

    Returns
    -------
    BayesFactor
        The factor for the alternative and its logarithm.
    """
    check_count(k, n)
    if not 0 < null < 1:
        raise WrongProbabilityError(f"The null {null} has to lie strictly between 0 and 1.")
    if min(prior) <= 0:
        raise WrongProbabilityError(f"The prior Beta{prior} needs two positive numbers.")
    a, b = prior
    log_bf = float(special.betaln(k + a, n - k + b) - special.betaln(a, b))
    log_bf -= float(special.xlogy(k, null) + special.xlog1py(n - k, -null))
    if alternative == "greater":
        log_bf += math.log(max(float(special.betaincc(k + a, n - k + b, null)), 1e-300))
        log_bf -= math.log(float(special.betaincc(a, b, null)))
    elif alternative != "two-sided":
        raise UnknownChoiceError(f"The alternative {alternative!r} is unknown: take two-sided or greater.")
    return BayesFactor(
        bf10=math.exp(min(log_bf, 700.0)),
        log_bf10=log_bf,
        k=k,
        n=n,
        null=null,
        prior=prior,
        alternative=alternative,
        method="beta-binomial Bayes factor",
    )
