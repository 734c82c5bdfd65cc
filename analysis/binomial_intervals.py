"""Further intervals of a proportion that journals and guidelines ask for by name; all assume independence."""

import math

from scipy import special

from analysis.proportions import check_share, normal_quantile, share_interval
from analysis.result import Interval


def wilson_corrected(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Score interval with continuity correction (Newcombe 1998, Stat Med 17:857, method 4).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends.
    """
    check_share(k, n, level)
    z, p = normal_quantile(level), k / n
    scale = 2 * (n + z**2)
    middle = 2 * n * p + z**2
    down = z * math.sqrt(z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)) if k else 0.0
    up = z * math.sqrt(z**2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)) if k < n else 0.0
    low = 0.0 if k == 0 else max((middle - 1 - down) / scale, 0.0)
    high = 1.0 if k == n else min((middle + 1 + up) / scale, 1.0)
    return share_interval(k, n, low, high, level, "Wilson with continuity correction (Newcombe 1998)")


def agresti_coull(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Wald's interval after z²/2 successes and failures are added (Agresti & Coull 1998, Am Stat 52:119).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends.
    """
    check_share(k, n, level)
    z = normal_quantile(level)
    size = n + z**2
    middle = (k + z**2 / 2) / size
    reach = z * math.sqrt(middle * (1 - middle) / size)
    return share_interval(
        k, n, max(middle - reach, 0.0), min(middle + reach, 1.0), level, "Agresti & Coull (1998)"
    )


def jeffreys(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Equal-tailed interval of the posterior from Jeffreys' prior, Beta(½, ½) (Brown, Cai & DasGupta 2001).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends; 0 and 1 where there was no success, or no failure.
    """
    check_share(k, n, level)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(special.betaincinv(k + 0.5, n - k + 0.5, tail))
    high = 1.0 if k == n else float(special.betainccinv(k + 0.5, n - k + 0.5, tail))
    return share_interval(k, n, low, high, level, "Jeffreys' prior (Brown, Cai & DasGupta 2001)")
