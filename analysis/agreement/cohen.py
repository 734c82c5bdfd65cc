"""Two readers: Cohen's kappa, plain and weighted, and the indices that tell why it is what it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.agreement.counts import two_readers, weight_matrix
from analysis.agreement.result import NO_ERROR, NO_PAIR, ONE_CATEGORY, Agreement, with_null_error
from analysis.arrays import Floats, coded
from analysis.errors import WrongValueError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Result

METHOD = "Cohen's kappa (errors: Fleiss, Cohen & Everitt 1969)"


@dataclass(frozen=True, kw_only=True)
class PrevalenceBias(Result):
    """Why kappa may be low at high agreement (Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46:423)."""

    both: int
    only_first: int
    only_second: int
    neither: int
    observed: float | None
    prevalence_index: float | None
    bias_index: float | None
    pabak: float | None
    positive_agreement: float | None
    negative_agreement: float | None
    kappa: float | None
    method: str = "Byrt, Bishop & Carlin (1993)"
    reason: str | None = None


def cohen_kappa(
    first: Any, second: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Cohen's kappa of two readers, case by case (Cohen 1960; weighted: Cohen 1968).

    `weights` is identity, linear (1 - |a-b|/range), quadratic (1 - (a-b)²/range²) or ordinal. Cases that one
    of the two left out are left out. Errors are those of Fleiss, Cohen & Everitt (1969, Psychol Bull 72:323):
    `se_cases` for the interval, which is normal, and `se_null` for the test.

    Parameters
    ----------
    first, second
        The two readers' answers, case by case; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    weights
        How near misses count: identity, linear, quadratic or ordinal.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        Kappa with its error over cases and under the null.
    """
    check_level(level)
    code = coded(two_readers(first, second), categories)
    joint = _joint(code.codes, len(code.categories))
    n = int(joint.sum())
    bare = Agreement(
        estimate=None,
        low=None,
        high=None,
        level=level,
        method=METHOD,
        n_readers=2,
        n_cases=n,
        n_answers=2 * n,
        categories=code.categories,
        weights=None if weights == "identity" else weights,
    )
    matrix = weight_matrix(weights, code.categories)
    if n == 0:
        return bare.with_(reason=NO_PAIR)
    return _estimate(bare, joint / n, np.eye(len(joint)) if matrix is None else matrix)


def _estimate(bare: Agreement, p: Floats, weights: Floats) -> Agreement:
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((p * weights).sum()), float(rows @ weights @ columns)
    if expected > 1 - 1e-12:
        return bare.with_(observed=observed, expected=expected, reason=ONE_CATEGORY)
    kappa = (observed - expected) / (1 - expected)
    reached = (weights @ columns)[:, None] + rows @ weights
    scale = (bare.n_cases or 1) * (1 - expected) ** 2
    spread = float((p * (weights - reached * (1 - kappa)) ** 2).sum()) - (kappa - expected * (1 - kappa)) ** 2
    null = float((np.outer(rows, columns) * (weights - reached) ** 2).sum()) - expected**2
    found = bare.with_(observed=observed, expected=expected, estimate=kappa)
    found = with_null_error(found, math.sqrt(max(null, 0.0) / scale))
    se = math.sqrt(max(spread, 0.0) / scale)
    if se < 1e-9:
        return found.with_(se_cases=0.0, se=0.0, reason=NO_ERROR)
    reach = normal_quantile(bare.level) * se
    return found.with_(se_cases=se, se=se, low=max(-1.0, kappa - reach), high=min(1.0, kappa + reach))


def prevalence_bias(first: Any, second: Any, *, positive: Any = 1) -> PrevalenceBias:
    """Prevalence index, bias index and PABAK of two readers' yes/no answers.

    PI = (a - d)/n, BI = (b - c)/n, PABAK = 2 po - 1, with a both positive, d neither, b and c one alone.
    Agreement on positives is 2a/(2a+b+c), on negatives 2d/(2d+b+c) (Cicchetti & Feinstein 1990).

    Parameters
    ----------
    first, second
        The two readers' answers, case by case.
    positive
        The answer that counts as yes.

    Returns
    -------
    PrevalenceBias
        The four counts, the indices, PABAK and kappa.
    """
    code = coded(two_readers(first, second))
    if len(code.categories) > 2:
        raise WrongValueError(
            f"Two categories are needed, here are {len(code.categories)}: code as yes or no."
        )
    is_positive = np.array([item == positive for item in code.categories] + [False])
    seen = (code.codes >= 0).all(axis=0)
    one, other = is_positive[code.codes[0][seen]], is_positive[code.codes[1][seen]]
    a, b = int((one & other).sum()), int((one & ~other).sum())
    c, d = int((~one & other).sum()), int((~one & ~other).sum())
    n = a + b + c + d
    kappa = cohen_kappa(one, other)
    return PrevalenceBias(
        both=a,
        only_first=b,
        only_second=c,
        neither=d,
        observed=(a + d) / n if n else None,
        prevalence_index=(a - d) / n if n else None,
        bias_index=(b - c) / n if n else None,
        pabak=2 * (a + d) / n - 1 if n else None,
        positive_agreement=2 * a / (2 * a + b + c) if a + b + c else None,
        negative_agreement=2 * d / (2 * d + b + c) if b + c + d else None,
        kappa=kappa.estimate,
        reason=NO_PAIR if n == 0 else kappa.reason,
    )


def _joint(codes: Any, n_categories: int) -> Floats:
    seen = (codes >= 0).all(axis=0)
    flat = codes[0][seen] * n_categories + codes[1][seen]
    joint = np.bincount(flat, minlength=n_categories * n_categories)
    return np.asarray(joint.reshape(n_categories, n_categories), dtype=np.float64)
