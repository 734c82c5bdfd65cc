"""Bayes factors of a proportion, which take every answer as independent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from analysis.errors import UnknownChoiceError, WrongProbabilityError
from analysis.proportions import INDEPENDENT, check_count, check_margin
from analysis.result import Result


def posterior_within(
    k: int, n: int, null: float, margin: float, *, prior: tuple[float, float] = (1.0, 1.0)
) -> float:
    """Posterior probability that a share lies within a margin of a value, from a beta prior.

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    null, margin
        The value, and the largest difference from it that does not matter.
    prior
        The two numbers of the beta prior; (1, 1) makes all shares as likely.

    Returns
    -------
    float
        P(null - margin < p < null + margin | data).
    """
    check_count(k, n)
    check_margin(margin)
    _check_prior(prior)
    a, b = k + prior[0], n - k + prior[1]
    low, high = max(null - margin, 0.0), min(null + margin, 1.0)
    if low >= high:
        raise WrongProbabilityError(f"No share lies within {margin:g} of {null:g}.")
    return float(special.betainc(a, b, high) - special.betainc(a, b, low))


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
    k, n, null
        Successes, answers in all, and the share under the null hypothesis.
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
    _check_prior(prior)
    if not 0 < null < 1:
        raise WrongProbabilityError(f"The null {null} has to lie strictly between 0 and 1.")
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


def _check_prior(prior: tuple[float, float]) -> None:
    if min(prior) <= 0:
        raise WrongProbabilityError(f"The prior Beta{prior} needs two positive numbers.")
