"""What sources are worth to readers who choose or order images: Bradley-Terry and Plackett-Luce.

P(i is best of a set S) = w_i / Σ_{j in S} w_j (Luce 1959; for pairs Bradley & Terry 1952). An order is a
chain of such choices, best first (Plackett 1975). Choosing none of the images is an alternative with the
worth ν (Π w_j)^(1/m), Davidson's tie (1970) for m images, as in Turner et al. (2020).

The errors carry readers and cases, both random: the maximum likelihood estimate is to first order a mean of
influences, one for each reader and case, and its variance is that of any such mean over readers and cases
(Gallas, Pennello & Myers 2007; see `analysis.crossed`). For two sources this is exactly the crossed interval
of the share on the logit scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

from analysis.arrays import Bools, Floats, Ints
from analysis.crossed import CrossedMean, crossed_mean, t_quantile
from analysis.errors import AnalysisError, NothingToAnalyseError, WrongShapeError, WrongValueError
from analysis.proportions import check_level
from analysis.ranks.multiplicity import adjusted
from analysis.result import Interval, Result

MOST_ITERATIONS = 100
TOLERANCE = 1e-10
LARGEST = 30.0
SINGULAR = 1e12
METHOD = "Plackett-Luce, readers and cases random by linearisation"
NO_MAXIMUM = (
    "One source, or some of them, were always put before the others, or never shown with them, so their "
    "worth has no finite estimate; read the shares of the pairs."
)
ALWAYS_NONE = "Nothing was chosen on any screen, so sources have no worth; read how often nothing was chosen."
NEVER_NONE = "Something was chosen on every screen, so choosing nothing has no worth; leave out none=True."


class NoWorthError(AnalysisError):
    """The model has no finite maximum; read the shares of the pairs instead."""


@dataclass(frozen=True, kw_only=True)
class SourceWorth(Interval):
    """One source: `estimate` is its share of all worth, `log_worth` its logarithm against the mean of all."""

    source: str
    log_worth: float


@dataclass(frozen=True, kw_only=True)
class WorthDifference(Result):
    """Logarithm of the worth of `a` over that of `b`; p against equal worth."""

    a: str
    b: str
    estimate: float
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Worth(Result):
    """The worth of each source, and how they differ."""

    sources: tuple[SourceWorth, ...]
    differences: tuple[WorthDifference, ...]
    log_none: float | None
    log_likelihood: float
    n: int
    n_readers: int
    n_cases: int
    level: float
    method: str = METHOD


@dataclass(frozen=True, kw_only=True)
class _Stages:
    """Choices, padded to one width: properties of each alternative, which are there, which was chosen."""

    x: Floats
    there: Bools
    chosen: Ints
    of_screen: Ints


def plackett_luce(
    shown: Sequence[Sequence[str]],
    best: Sequence[Sequence[int]],
    *,
    readers: Sequence[str] | None = None,
    cases: Sequence[str] | None = None,
    none: bool = False,
    level: float = 0.95,
) -> Worth:
    """Estimate the worth of sources from choices and orders, with readers and cases random.

    Parameters
    ----------
    shown
        The sources of the images of each screen.
    best
        The places in `shown` of the images, best first: all of an order, one of a choice, none of a screen
        from which nothing was chosen.
    readers, cases
        Who answered, and about which case; where left out, each screen is a case of one reader.
    none
        Whether choosing nothing was allowed, and is modelled as an alternative.
    level
        Confidence level of the intervals.

    Returns
    -------
    Worth
        Shares of worth that add up to 1, logarithms against their mean, and differences, Holm-corrected.

    Raises
    ------
    NoWorthError
        Where a source was always or never preferred, or sources were never compared with each other.

    Examples
    --------
    >>> analysis.plackett_luce([("real", "ddpm")] * 3, [(0,), (0,), (1,)])  # doctest: +SKIP
    """
    check_level(level)
    who = list(readers) if readers is not None else ["all"] * len(shown)
    what = list(cases) if cases is not None else [str(place) for place in range(len(shown))]
    return _estimated(shown, best, who, what, none=none, level=level)


def _estimated(
    shown: Sequence[Sequence[str]], best: Sequence[Sequence[int]], who: Sequence[str], what: Sequence[str],
    *, none: bool, level: float,
) -> Worth:  # fmt: skip
    """The worth at the maximum of the likelihood, with errors over readers and cases."""
    names = _checked(shown, best)
    if none and all(map(len, best)):
        raise NoWorthError(NEVER_NONE)
    if none and not any(map(len, best)):
        raise NoWorthError(ALWAYS_NONE)
    stages = _stages(shown, best, names, none=none)
    theta = _maximum(stages)
    scores, information, log_likelihood = _derivatives(stages, theta, len(shown))
    if not len(shown) == len(who) == len(what):
        raise WrongShapeError("Each screen needs its reader and its case.")
    spread = _Spread(scores @ np.linalg.inv(information), who, what, level)
    full = np.append(theta[: len(names) - 1], 0.0)
    return Worth(
        sources=_shares(names, full, spread, level),
        differences=_differences(names, full, spread),
        log_none=float(theta[-1]) if none else None,
        log_likelihood=log_likelihood,
        n=len(shown),
        n_readers=len(set(who)),
        n_cases=len(set(what)),
        level=level,
    )


def _checked(shown: Sequence[Sequence[str]], best: Sequence[Sequence[int]]) -> list[str]:
    if len(shown) != len(best):
        raise WrongShapeError("Each screen needs what was shown and what was best.")
    for screen, order in zip(shown, best, strict=True):
        if len(set(order)) < len(order) or not set(order) <= set(range(len(screen))):
            raise WrongValueError(f"{list(order)} are no places among {len(screen)} images, each once.")
    names = list(dict.fromkeys(name for screen in shown for name in screen))
    if len(names) < 2 or not shown:
        raise NothingToAnalyseError("Worth needs two sources that are compared.")
    return names


def _stages(
    shown: Sequence[Sequence[str]], best: Sequence[Sequence[int]], names: Sequence[str], *, none: bool
) -> _Stages:
    """Write each screen as choices among what remains; the last source is the one all others are against."""
    place = {name: at for at, name in enumerate(names)}
    width = max(len(screen) for screen in shown) + none
    properties = len(names) - 1 + none
    rows: list[Floats] = []
    there: list[Bools] = []
    chosen: list[int] = []
    of_screen: list[int] = []
    for index, (screen, order) in enumerate(zip(shown, best, strict=True)):
        own = np.zeros((width, properties))
        for at, name in enumerate(screen):
            if place[name] < len(names) - 1:
                own[at, place[name]] = 1.0
        if none:
            own[width - 1] = own[: len(screen)].mean(axis=0)
            own[width - 1, -1] = 1.0
        left = np.zeros(width, dtype=bool)
        left[: len(screen)] = True
        left[width - 1] |= none
        for pick in order if len(order) else ([width - 1] if none else []):
            if left.sum() > 1:
                rows.append(own)
                there.append(left.copy())
                chosen.append(pick)
                of_screen.append(index)
            left[pick] = False
    if not rows:
        raise NothingToAnalyseError("Nothing was chosen on any screen.")
    return _Stages(
        x=np.array(rows), there=np.array(there), chosen=np.array(chosen), of_screen=np.array(of_screen)
    )


def _maximum(stages: _Stages) -> Floats:
    """Newton's method from equal worth, in steps of one at most."""
    theta = np.zeros(stages.x.shape[2])
    screens = int(stages.of_screen.max()) + 1
    for _ in range(MOST_ITERATIONS):
        scores, information, _ = _derivatives(stages, theta, screens)
        spread = np.sqrt(np.diag(information))
        if (spread <= 0).any() or np.linalg.cond(information / np.outer(spread, spread)) > SINGULAR:
            raise NoWorthError(NO_MAXIMUM)
        step = np.linalg.solve(information, scores.sum(axis=0))
        theta = theta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(theta).max() > LARGEST:
            raise NoWorthError(NO_MAXIMUM)
        if np.abs(step).max() < TOLERANCE:
            return theta
    raise NoWorthError(NO_MAXIMUM)


def _derivatives(stages: _Stages, theta: Floats, screens: int) -> tuple[Floats, Floats, float]:
    """Scores of each screen, the information, and the log-likelihood."""
    eta = np.where(stages.there, stages.x @ theta, -np.inf)
    top = eta.max(axis=1, keepdims=True)
    share = np.exp(eta - top)
    total = share.sum(axis=1, keepdims=True)
    share /= total
    mean = np.einsum("ij,ijk->ik", share, stages.x)
    rows = np.arange(len(stages.x))
    scores = np.zeros((screens, stages.x.shape[2]))
    np.add.at(scores, stages.of_screen, stages.x[rows, stages.chosen] - mean)
    information: Floats = np.einsum("ij,ijk,ijl->kl", share, stages.x, stages.x) - mean.T @ mean
    fitted = eta[rows, stages.chosen] - top[:, 0] - np.log(total[:, 0])
    return scores, information, float(fitted.sum())


class _Spread:
    """The error of any contrast of the parameters, over readers and cases."""

    def __init__(self, influence: Floats, readers: Sequence[str], cases: Sequence[str], level: float) -> None:
        _, self.row = np.unique(np.asarray(readers, dtype=object).astype(str), return_inverse=True)
        _, self.column = np.unique(np.asarray(cases, dtype=object).astype(str), return_inverse=True)
        self.shape = (int(self.row.max()) + 1, int(self.column.max()) + 1)
        self.influence, self.level = influence, level

    def of(self, contrast: Floats) -> CrossedMean:
        """The mean of the influences of a contrast, which is zero, with its error."""
        table, seen = np.zeros(self.shape), np.zeros(self.shape, dtype=bool)
        np.add.at(table, (self.row, self.column), self.influence @ contrast)
        seen[self.row, self.column] = True
        return crossed_mean(np.where(seen, table * seen.sum(), np.nan), level=self.level)


def _contrast(spread: _Spread, weights: Floats) -> CrossedMean:
    """Of weights for all sources; the last one's worth is fixed, and `none` does not enter."""
    full = np.zeros(spread.influence.shape[1])
    full[: len(weights) - 1] = weights[:-1]
    return spread.of(full)


def _shares(names: Sequence[str], theta: Floats, spread: _Spread, level: float) -> tuple[SourceWorth, ...]:
    """Shares of worth; their intervals are symmetric on the logit scale (delta method)."""
    share = special.softmax(theta)
    rows = []
    for place, name in enumerate(names):
        weights = (np.eye(len(names))[place] - share) / (1 - share[place])
        error = _contrast(spread, weights)
        low = high = None
        if error.se is not None and error.df is not None:
            middle, reach = special.logit(share[place]), t_quantile(error.df, level) * error.se
            low, high = float(special.expit(middle - reach)), float(special.expit(middle + reach))
        rows.append(
            SourceWorth(
                source=name,
                estimate=float(share[place]),
                low=low,
                high=high,
                level=level,
                method=f"{METHOD}, interval on the logit scale",
                log_worth=float(theta[place] - theta.mean()),
                se=None if error.se is None else float(error.se * share[place] * (1 - share[place])),
                df=error.df,
                n_readers=error.n_readers,
                n_cases=error.n_cases,
                assumptions=error.assumptions,
                reason=error.reason,
            )
        )
    return tuple(rows)


def _differences(names: Sequence[str], theta: Floats, spread: _Spread) -> tuple[WorthDifference, ...]:
    rows = []
    for a, b in combinations(range(len(names)), 2):
        error = _contrast(spread, np.eye(len(names))[a] - np.eye(len(names))[b])
        estimate = float(theta[a] - theta[b])
        reach = p = None
        if error.se is not None and error.df is not None:
            reach = t_quantile(error.df, spread.level) * error.se
            p = float(2 * special.stdtr(error.df, -abs(estimate) / error.se))
        rows.append(
            WorthDifference(
                a=names[a],
                b=names[b],
                estimate=estimate,
                se=error.se,
                df=error.df,
                low=None if reach is None else estimate - reach,
                high=None if reach is None else estimate + reach,
                p=p,
                reason=error.reason,
            )
        )
    held = adjusted([row.p for row in rows])
    return tuple(row.with_(p_holm=p_holm) for row, p_holm in zip(rows, held, strict=True))
