"""How large a study has to be for one endpoint: means, shares, preferences, ROC areas, ICCs.

The variance is that of the report's own interval, from assumptions instead of data: components of readers,
cases and the rest for means and shares (Gallas, Pennello & Myers 2007), and the model of Obuchowski and
Rockette with Hanley and McNeil's variance for areas. Power is that of the t-tests on Satterthwaite's or
Hillis' degrees of freedom, of equivalence by Owen's Q.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from analysis.agreement.intraclass import planned_interval
from analysis.planning.model import PlanError
from analysis.proportions import check_level
from analysis.result import Result

What = Literal["mean", "accuracy", "sensitivity", "specificity", "share", "net", "auc", "icc"]
EndpointTest = Literal["difference", "superiority", "non_inferiority", "equivalence"]
Better = Literal["higher", "lower"]
SHARES = ("accuracy", "sensitivity", "specificity", "share")
WHATS = ("mean", *SHARES, "net", "auc", "icc")
TESTS = ("difference", "superiority", "non_inferiority", "equivalence")
BETTER = ("higher", "lower")
GOAL = 0.8
NODES = 64
# with fewer degrees of freedom, simulated power lay up to 7 points below the plan
FEW_DF = 5
FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
MOST_CASES = 100_000
MOST_READERS = 500


@dataclass(frozen=True, kw_only=True)
class SizePoint(Result):
    """Power, or the width of the interval, at one size of the study."""

    readers: int
    cases: int
    power: float | None
    half_width: float


@dataclass(frozen=True, kw_only=True)
class EndpointPlan(Result):
    """The size of a study for one endpoint.

    Attributes
    ----------
    se, df, half_width
        Of the interval that the report would give.
    power
        Of the endpoint's test; None of an intraclass correlation, which is sized by its interval.
    cases_needed
        The fewest cases (of each source, where two are compared) that give `goal` power with these readers,
        None where no number of cases does.
    curve
        Power over numbers of readers and cases.
    sentence
        For a protocol's `sample_size`.
    """

    what: str
    test: str
    better: str
    readers: int
    cases: int
    expected: float
    against: float
    margin: float
    compared: bool
    se: float
    df: float
    half_width: float
    power: float | None
    goal: float
    cases_needed: int | None
    level: float
    curve: tuple[SizePoint, ...]
    sentence: str

    def text(self) -> str:
        """The plan as a few lines to read."""
        cases = sorted({point.cases for point in self.curve})
        word = "half width of the interval" if self.power is None else "power"
        rows = [self.sentence, "", f"  {word} by readers and cases"]
        rows.append("  readers " + "".join(f"{n:>10}" for n in cases))
        for readers in sorted({point.readers for point in self.curve}):
            own = [point for point in self.curve if point.readers == readers]
            shown = [p.half_width if p.power is None else p.power for p in own]
            rows.append(f"  {readers:>7} " + "".join(f"{value:>10.2f}" for value in shown))
        return "\n".join(rows)


@dataclass(frozen=True, kw_only=True)
class _Assumed:
    """What is assumed of readers, cases and answers."""

    what: str
    readers: int
    cases: int
    expected: float
    against: float
    compared: bool
    paired: bool
    sd: float
    reader_sd: float
    case_share: float
    positive_share: float
    better: Better

    @property
    def away(self) -> float:
        """How far the true value lies on the side that is better."""
        away = self.expected if self.compared else self.expected - self.against
        return -away if self.better == "lower" else away

    @property
    def values(self) -> tuple[float, ...]:
        """The true value, of two sources both; two net shares lie as far from zero as each other."""
        if not self.compared or self.what == "icc":
            return (self.expected,)
        if self.what == "net":
            return (self.expected / 2, -self.expected / 2)
        return (self.against + self.expected, self.against)

    @property
    def reader_share(self) -> float:
        """Share of the variance of one answer that lies between readers."""
        return (self.reader_sd / self.sd) ** 2

    @property
    def spreads(self) -> tuple[float, float]:
        """Variance of one answer within each source; of one source, twice the same."""
        if self.what in SHARES:
            own = [value * (1 - value) for value in self.values]
        elif self.what == "net":
            own = [max(self.sd**2 - value**2, 1e-9) for value in self.values]
        else:
            own = [self.sd**2]
        return own[0], own[-1]


def plan_endpoint(
    *,
    what: What,
    readers: int,
    cases: int,
    expected: float,
    against: float = 0.0,
    test: EndpointTest = "superiority",
    margin: float = 0.0,
    better: Better = "higher",
    compared: bool = False,
    paired: bool = False,
    sd: float = 1.0,
    reader_sd: float = 0.1,
    case_share: float = 0.2,
    positive_share: float = 0.5,
    level: float = 0.95,
    goal: float = GOAL,
) -> EndpointPlan:
    """Power of an endpoint, and how many cases it takes.

    Parameters
    ----------
    what, readers, cases
        mean, accuracy, sensitivity, specificity, share, net (of preferences), auc or icc; size of the study:
        cases in all, or of each source where two are compared.
    expected, against
        The true value and the one it is held against; where two sources are compared, the true difference,
        and for shares and areas the value of the second source.
    test, margin, better, compared, paired
        As endpoints of a protocol have them; whether two sources are compared, and whether each case has an
        image of both. Areas are compared as those of different cases; an icc has no test.
    sd, reader_sd
        Standard deviation of one answer, of a mean (of net, the root of the share that has a preference); and
        between readers, in the unit of the endpoint: of their values, or of their differences. Of
        an icc, both in the unit of an answer.
    case_share, positive_share, level, goal
        Share of the variance that lies between cases; of areas, the correlation of two readers' areas, and
        the share of positive cases; level of the interval, and power that `cases_needed` gives.

    Returns
    -------
    EndpointPlan
    """
    assumed = _Assumed(
        what=what, readers=readers, cases=cases, expected=expected, against=against, compared=compared,
        paired=paired, sd=sd, reader_sd=reader_sd, case_share=case_share, positive_share=positive_share,
        better=better,
    )  # fmt: skip
    return _planned(assumed, test, margin, level, goal)


def _problems(a: _Assumed, test: str, margin: float) -> dict[str, bool]:
    problems = {
        f"what is {a.what!r}; choose from {', '.join(WHATS)}": a.what not in WHATS,
        f"test is {test!r}; choose from {', '.join(TESTS)}": test not in TESTS,
        f"better is {a.better!r}; choose from {', '.join(BETTER)}": a.better not in BETTER,
        f"readers is {a.readers}; give 2 to {MOST_READERS}": not 2 <= a.readers <= MOST_READERS,
        f"cases is {a.cases}; give 4 to {MOST_CASES}": not 4 <= a.cases <= MOST_CASES,
        f"{test} needs a margin above 0": test in ("non_inferiority", "equivalence") and margin <= 0,
        f"case_share is {a.case_share:g}; give 0 to 0.95": not 0 <= a.case_share <= 0.95,
        f"reader_sd is {a.reader_sd:g}; give 0 or more": not 0 <= a.reader_sd < math.inf,
        f"sd is {a.sd:g}; give more than 0": a.what in ("mean", "net", "icc") and not 0 < a.sd < math.inf,
        f"positive_share is {a.positive_share:g}; give more than 0 and less than 1": (
            not 0 < a.positive_share < 1
        ),
    }
    for name, number in (("expected", a.expected), ("against", a.against), ("margin", margin)):
        problems[f"{name} is {number:g}; give a finite number"] = not math.isfinite(number)
    return problems | _value_problems(a)


def _value_problems(a: _Assumed) -> dict[str, bool]:
    """Values that the quantity cannot have, of either source."""
    problems = {}
    if a.what == "icc" and 0 < a.expected < 1 and a.sd > 0:
        wrong = f"readers have {100 * a.reader_share:.4g}% of the variance and cases {100 * a.expected:.4g}%"
        problems[f"{wrong}; give less than 100% together"] = a.expected + a.reader_share >= 1
    for place, value in enumerate(a.values):
        if a.what in (*SHARES, "auc", "icc"):
            wrong = f"a share, area or correlation of {value:.4g}; give more than 0 and less than 1"
            if a.compared and not place:
                wrong = f"expected and against add up to {wrong}"
            problems[wrong] = not 0 < value < 1
        if a.what == "net":
            problems[f"a net share of {value:.4g}; give more than -1 and less than 1"] = not abs(value) < 1
            least = math.sqrt(abs(value))
            problems[f"sd is {a.sd:g}; with a net share of {value:.4g} it is {least:.4g} to 1"] = (
                not abs(value) <= a.sd**2 <= 1
            )
    return problems


def _check(a: _Assumed, test: str, margin: float, level: float, goal: float) -> None:
    check_level(level)
    check_level(goal)
    found = next((text for text, wrong in _problems(a, test, margin).items() if wrong), None)
    if found:
        raise PlanError(f"{found[0].upper()}{found[1:]}.")


def _planned(assumed: _Assumed, test: str, margin: float, level: float, goal: float) -> EndpointPlan:
    _check(assumed, test, margin, level, goal)
    df, half_width = _width(assumed, level)
    power = _power(assumed, test, margin, level)
    needed = _needed(assumed, test, margin, level, goal) if power is not None else None
    made = EndpointPlan(
        what=assumed.what,
        test=test,
        better=assumed.better,
        readers=assumed.readers,
        cases=assumed.cases,
        expected=assumed.expected,
        against=assumed.against,
        margin=margin,
        compared=assumed.compared,
        se=half_width / float(special.stdtrit(df, 0.5 + level / 2)),
        df=df,
        half_width=half_width,
        power=power,
        goal=goal,
        cases_needed=needed,
        level=level,
        curve=tuple(_curve(assumed, test, margin, level)),
        sentence="",
    )
    return made.with_(sentence=_sentence(made, assumed))


def _width(a: _Assumed, level: float) -> tuple[float, float]:
    """Degrees of freedom and half width of the interval; of a correlation, at the expected mean squares."""
    if a.what == "icc":
        low, high = planned_interval(
            icc=a.expected, reader_share=a.reader_share, readers=a.readers, cases=a.cases, level=level
        )
        return a.cases - 1.0, (high - low) / 2
    se, df = _error(a)
    return df, float(special.stdtrit(df, 0.5 + level / 2)) * se


def _error(a: _Assumed) -> tuple[float, float]:
    """Standard error and degrees of freedom of the estimate."""
    if a.what == "auc":
        return _error_of_area(a)
    r, c = a.readers, a.cases
    between, rest = ([spread * share for spread in a.spreads] for share in (a.case_share, 1 - a.case_share))
    if not a.compared:
        squares = (c * a.reader_sd**2 + rest[0], r * between[0] + rest[0], rest[0])
        return _two_way(squares, r, c)
    both = sum(rest)
    if a.paired:
        # what a case is, it is in both sources
        return _two_way((c * a.reader_sd**2 + both, both, both), r, c)
    variance = reader = (a.reader_sd**2 + both / c) / r
    spread = reader**2 / (r - 1)
    for own, left in zip(between, rest, strict=True):
        of_cases, error = (r * own + left) / (r * c), left / (r * c)
        variance += of_cases - error
        spread += of_cases**2 / (c - 1) + error**2 / ((r - 1) * (c - 1))
    return math.sqrt(variance), variance**2 / spread


def _two_way(squares: tuple[float, float, float], r: int, c: int) -> tuple[float, float]:
    """Expected mean squares of readers, cases and rest to the error of the mean."""
    ms_r, ms_c, ms_e = squares
    total = ms_r + ms_c - ms_e
    spread = ms_r**2 / (r - 1) + ms_c**2 / (c - 1) + ms_e**2 / ((r - 1) * (c - 1))
    return math.sqrt(total / (r * c)), total**2 / spread


def area_variance(area: float, positive: int, negative: int) -> float:
    """Variance of one reader's ROC area (Hanley & McNeil 1982, Radiology 143:29).

    Parameters
    ----------
    area
        The true area.
    positive, negative
        Numbers of cases.

    Returns
    -------
    float
        The variance over cases.
    """
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (positive - 1) * (q1 - area**2) + (negative - 1) * (q2 - area**2)
    return (area * (1 - area) + spread) / (positive * negative)


def _error_of_area(a: _Assumed) -> tuple[float, float]:
    """Obuchowski and Rockette: [σ² + Var - Cov2 + r Cov2] / r, and Hillis' df; of two sources the sum."""
    r = a.readers
    own = a.reader_sd**2 / (2 if a.compared else 1)
    variance = spread = 0.0
    for area in a.values:
        positive = max(round(a.cases * a.positive_share), 2)
        var = area_variance(min(max(area, 0.01), 0.99), positive, max(a.cases - positive, 2))
        ms, shared = own + var * (1 - a.case_share), r * var * a.case_share
        variance += (ms + shared) / r
        spread += (ms / r) ** 2 / (r - 1)
    return math.sqrt(variance), variance**2 / spread


def _power(a: _Assumed, test: str, margin: float, level: float) -> float | None:
    if a.what == "icc":
        return None
    se, df = _error(a)
    away = a.away
    one_sided = float(special.stdtrit(df, 0.5 + level / 2))
    if test == "difference":
        return _beyond(away / se, df, one_sided) + _beyond(-away / se, df, one_sided)
    if test == "equivalence":
        return _between(margin / se, abs(away) / se, df, one_sided)
    return _beyond((away + margin) / se, df, one_sided)


def _beyond(shift: float, df: float, critical: float) -> float:
    """P(t > critical) of a noncentral t."""
    return 1 - float(special.nctdtr(df, shift, critical))


def _between(margin: float, away: float, df: float, critical: float) -> float:
    """P(both one-sided t-tests reject), over the estimate and its error (Owen 1965, Biometrika 52:437).

    Margin and the true value are in standard errors.
    """
    # an error of more than margin / critical never shows equivalence
    most = float(special.gammainc(df / 2, df * (margin / critical) ** 2 / 2))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    error = np.sqrt(2 * special.gammaincinv(df / 2, most * (1 + nodes) / 2) / df)
    shown = special.ndtr(margin - away - critical * error) - special.ndtr(critical * error - margin - away)
    return float(most / 2 * (weights @ shown))


def _needed(a: _Assumed, test: str, margin: float, level: float, goal: float) -> int | None:
    """The fewest cases, by halving; more readers are needed where the readers alone are too few."""

    def enough(cases: int) -> bool:
        power = _power(replace(a, cases=cases), test, margin, level)
        return power is not None and power >= goal

    return fewest(enough, 4, MOST_CASES)


def fewest(enough: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest number that is enough, None where the largest is not."""
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _curve(a: _Assumed, test: str, margin: float, level: float) -> Sequence[SizePoint]:
    rows = []
    for readers in sorted({max(2, round(a.readers * factor)) for factor in FACTORS}):
        for cases in sorted({max(4, round(a.cases * factor)) for factor in FACTORS}):
            here = replace(a, readers=readers, cases=cases)
            _, reach = _width(here, level)
            power = _power(here, test, margin, level)
            rows.append(SizePoint(readers=readers, cases=cases, power=power, half_width=reach))
    return rows


NAMES: Mapping[str, str] = {
    "mean": "mean",
    "net": "net share of preferences",
    "auc": "ROC area",
    "icc": "ICC(2,1)",
}


def _of_two(made: EndpointPlan) -> str:
    """What two readers are to the report."""
    if made.readers > 2:
        return ""
    return " The report takes two readers as they are, so its interval is narrower and speaks of them alone."


def _of_few(made: EndpointPlan) -> str:
    """What few degrees of freedom are to the plan."""
    if made.df >= FEW_DF:
        return ""
    return (
        f" With {made.df:.1f} degrees of freedom the test of the report is more careful where readers and "
        "cases hardly vary: its power may be up to 7 points lower. Plan more readers."
    )


def _sentence(made: EndpointPlan, a: _Assumed) -> str:
    """What stands in a protocol."""
    name = NAMES.get(made.what, made.what)
    each = " of each source" if made.compared else ""
    who = f"{made.readers} readers and {made.cases} cases{each}"
    if made.power is None:
        return (
            f"{who[0].upper()}{who[1:]}: with a true {name} of {made.expected:g} its "
            f"{100 * made.level:g}% interval is ±{made.half_width:.3f} wide, with "
            f"{100 * a.reader_share:.3g}% of the variance between readers."
        )
    asked = {
        "difference": "a difference from",
        "superiority": "superiority to",
        "non_inferiority": f"non-inferiority within {made.margin:g} to",
        "equivalence": f"equivalence within ±{made.margin:g} with",
    }[made.test]
    null = "the second source" if made.compared else f"{made.against:g}"
    value = "difference" if made.compared else "value"
    name += " (lower is better)" if a.better == "lower" else ""
    shared = (
        f"a correlation of {a.case_share:.3g} between the areas of two readers"
        if made.what == "auc"
        else f"{100 * a.case_share:.3g}% of the variance between cases"
    )
    enough = (
        f"{made.cases_needed} cases{each} give {100 * made.goal:g}%"
        if made.cases_needed
        else f"no number of cases gives {100 * made.goal:g}% with these readers"
    )
    return (
        f"{who[0].upper()}{who[1:]}: {100 * made.power:.0f}% power to show {asked} {null} in {name}, "
        f"with a true {value} of {made.expected:.4g}, a standard deviation of {a.reader_sd:.3g} between "
        f"readers and {shared}, readers and cases both random; {enough}.{_of_two(made)}{_of_few(made)}"
    )
