"""The cumulative links: the probability of a category between two thresholds, and its derivatives.

P(y = j) = F(a) - F(b) with a = θ_j - η and b = θ_{j-1} - η. Every link here has a log-concave density, so the
log-likelihood of an answer is concave in η and Newton's method always finds the modes of the random effects.
With f the density and g = f'/f, r_a = f(a)/P and r_b = f(b)/P: the score is s = r_b - r_a and the curvature
s² - g(a) r_a + g(b) r_b. McCullagh (1980), "Regression models for ordinal data"; Christensen (2019),
"Cumulative link models for ordinal regression with the R package ordinal".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr, ndtri

from analysis.arrays import Floats
from analysis.errors import WrongValueError

LARGEST = 300.0
TINY = 1e-300
NEAR = 1e-4


@dataclass(frozen=True)
class Link:
    """A distribution of the latent variable.

    Attributes
    ----------
    start
        The inverse of F, for starting values of the thresholds.
    log_probability
        log P of a category between two points.
    log_densities
        log f(a) and log f(b).
    bends
        g = f'/f and g' at a point; zero where the point is infinite.
    """

    name: str
    start: Callable[[Floats], Floats]
    log_probability: Callable[[Floats, Floats], Floats]
    log_densities: Callable[[Floats, Floats], tuple[Floats, Floats]]
    bends: Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Derivatives:
    """Of log P: score and curvature in η, and how these change with η and with the two thresholds."""

    ratio_upper: Floats
    ratio_lower: Floats
    score: Floats
    curvature: Floats
    score_upper: Floats
    score_lower: Floats
    bend: Floats
    bend_upper: Floats
    bend_lower: Floats


def slopes(link: Link, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Score and curvature of log P in η."""
    if link is LOGIT:
        upper, lower = expit(a), expit(b)
        return upper + lower - 1, upper * (1 - upper) + lower * (1 - lower)
    if link is CLOGLOG:
        return _cloglog_slopes(a, b)
    upper, lower = _ratios(link, a, b, link.log_probability(a, b))
    score = lower - upper
    return score, score**2 - link.bends(a)[0] * upper + link.bends(b)[0] * lower


def _ratios(link: Link, a: Floats, b: Floats, log_p: Floats) -> tuple[Floats, Floats]:
    """f(a)/P and f(b)/P."""
    upper, lower = link.log_densities(a, b)
    return np.exp(upper - log_p), np.exp(lower - log_p)


def derivatives(link: Link, a: Floats, b: Floats, log_p: Floats) -> Derivatives:
    """Everything that the gradient of Laplace's approximation needs, where log P is known."""
    ra, rb = _ratios(link, a, b, log_p)
    if link is LOGIT:
        return _of_logit(ra, rb, expit(a), expit(b))
    (ga, da), (gb, db) = link.bends(a), link.bends(b)
    s = rb - ra
    curvature = s**2 - ga * ra + gb * rb
    ua, ub = ra * (ga + s), rb * (gb + s)
    return Derivatives(
        ratio_upper=ra,
        ratio_lower=rb,
        score=s,
        curvature=curvature,
        score_upper=-ua,
        score_lower=ub,
        bend=-2 * s * curvature + da * ra + ga * ua - db * rb - gb * ub,
        bend_upper=-2 * s * ua - da * ra - ga * ra * (ga - ra) - gb * rb * ra,
        bend_lower=2 * s * ub - ga * ra * rb + db * rb + gb * rb * (gb + rb),
    )


def _of_logit(ra: Floats, rb: Floats, upper: Floats, lower: Floats) -> Derivatives:
    """The same without differences of nearly equal numbers: f = F (1 - F) and f' = f (1 - 2 F)."""
    fa, fb = upper * (1 - upper), lower * (1 - lower)
    ba, bb = fa * (1 - 2 * upper), fb * (1 - 2 * lower)
    return Derivatives(
        ratio_upper=ra,
        ratio_lower=rb,
        score=upper + lower - 1,
        curvature=fa + fb,
        score_upper=fa,
        score_lower=fb,
        bend=-(ba + bb),
        bend_upper=ba,
        bend_lower=bb,
    )


def _logit_log_p(a: Floats, b: Floats) -> Floats:
    # log(F(a) - F(b)) without cancellation: log F(a) + log F(-b) + log(1 - exp(b - a))
    values: Floats = np.log(-np.expm1(b - a)) - np.logaddexp(0, -a) - np.logaddexp(0, b)
    return values


def _logit_densities(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    return -np.logaddexp(0, -a) - np.logaddexp(0, a), -np.logaddexp(0, b) - np.logaddexp(0, -b)


def _no_bends(x: Floats) -> tuple[Floats, Floats]:
    raise NotImplementedError("The logit link has its own derivatives.")  # pragma: no cover


def _probit_log_p(a: Floats, b: Floats) -> Floats:
    # in the upper tail both ends are mirrored, where log Φ keeps its digits
    mirrored = np.where(np.isinf(a), b > 0, np.where(np.isinf(b), a > 0, a + b > 0))
    high, low = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    top = log_ndtr(high)
    values: Floats = top + np.log1p(-np.exp(log_ndtr(low) - top))
    return values


def _probit_densities(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    constant = np.log(2 * np.pi)
    return -0.5 * (a**2 + constant), -0.5 * (b**2 + constant)


def _probit_bends(x: Floats) -> tuple[Floats, Floats]:
    finite = np.isfinite(x)
    return np.where(finite, -x, 0.0), np.where(finite, -1.0, 0.0)


def _cloglog_log_p(a: Floats, b: Floats) -> Floats:
    # F(x) = 1 - exp(-e^x), so P = exp(-e^b) (1 - exp(-(e^a - e^b)))
    ea, eb = np.exp(np.minimum(a, LARGEST)), np.exp(np.minimum(b, LARGEST))
    values: Floats = np.log(-np.expm1(eb - ea)) - eb
    return values


def _cloglog_slopes(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    # with d = e^a - e^b and h = d / (e^d - 1): the score is e^b - h, the curvature e^b - d h'
    eb = np.exp(np.minimum(b, LARGEST))
    d = np.clip(np.exp(np.minimum(a, LARGEST)) - eb, TINY, LARGEST)
    rise = np.expm1(d)
    h = d / rise
    fall = np.where(d < NEAR, d / 2 - d**2 / 6, h * ((d * (rise + 1) - rise) / rise))
    return eb - h, eb + fall


def _cloglog_densities(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    finite = np.where(np.isinf(a), 0.0, a)
    upper = np.where(np.isinf(a), -np.inf, finite - np.exp(np.minimum(finite, LARGEST)))
    return upper, b - np.exp(np.minimum(b, LARGEST))


def _cloglog_bends(x: Floats) -> tuple[Floats, Floats]:
    finite = np.isfinite(x)
    e = np.exp(np.where(finite, np.minimum(x, LARGEST), 0.0))
    return np.where(finite, 1 - e, 0.0), np.where(finite, -e, 0.0)


def _logit(p: Floats) -> Floats:
    odds: Floats = np.log(p / (1 - p))
    return odds


def _probit(p: Floats) -> Floats:
    return np.asarray(ndtri(p), dtype=np.float64)


def _cloglog(p: Floats) -> Floats:
    values: Floats = np.log(-np.log1p(-p))
    return values


LOGIT = Link("logit", _logit, _logit_log_p, _logit_densities, _no_bends)
PROBIT = Link("probit", _probit, _probit_log_p, _probit_densities, _probit_bends)
CLOGLOG = Link("cloglog", _cloglog, _cloglog_log_p, _cloglog_densities, _cloglog_bends)
LINKS = {link.name: link for link in (LOGIT, PROBIT, CLOGLOG)}


def link_named(name: str) -> Link:
    """Return the link of this name."""
    if name not in LINKS:
        raise WrongValueError(f"There is no link {name!r}; choose one of {', '.join(LINKS)}.")
    return LINKS[name]
