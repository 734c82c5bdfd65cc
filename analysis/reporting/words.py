"""Numbers, intervals and lists as they stand in sentences."""

from collections.abc import Sequence
from typing import Protocol

from analysis.crossed import CrossedMean
from analysis.document import Document
from analysis.document.common import CountTest
from analysis.mixed.result import ComponentTest, RandomIntercept
from analysis.rounding import half_up, half_up_percent, p_text

ALPHA = 0.05
NO_INTERVAL = "no interval"
SCOPES = {
    "random readers and cases": "over readers and {cases}",
    "fixed readers, random cases": "over {cases}, for these readers only",
    "random readers, fixed cases": "over readers, for these {cases} only",
}


class _OfImages(Protocol):
    """A number that needs every reader's answer to each of its images."""

    @property
    def n_dropped(self) -> int: ...

    @property
    def n_cases(self) -> int | None: ...


def number(value: float | None, digits: int = 3) -> str:
    """A number in print, halves up, a true minus sign; a dash where there is none."""
    return half_up(value, digits).replace("-", "−")


def p_phrase(p: float | None) -> str:
    """p as a journal prints it."""
    if p is None:
        return "p not available"
    text = p_text(p)
    # no-break spaces keep the letter, the sign and the number on one line
    return f"p\u00a0{text[0]}\u00a0{text[1:]}" if text.startswith("<") else f"p\u00a0=\u00a0{text}"


def chi_squared(found: CountTest) -> str:
    """A chi-squared test with its statistic and degrees of freedom."""
    if found.statistic is None or found.df is None:
        return p_phrase(found.p)
    return f"χ²({found.df:g})\u00a0=\u00a0{number(found.statistic, 2)}, {p_phrase(found.p)}"


def deviation(random: RandomIntercept, test: ComponentTest) -> str:
    """A random factor with its standard deviation, said to be at zero or tested against it."""
    if random.at_boundary:
        return f"{random.name}s 0 (estimated at the boundary)"
    return f"{random.name}s {number(random.sd, 2)} ({p_phrase(test.p)} against 0)"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage, a true minus sign."""
    return half_up_percent(value, digits).replace("-", "−")


def points(value: float | None) -> str:
    """A difference of shares in percentage points, which 10% would leave open: of what?"""
    return percent(value).removesuffix("%")


def interval(low: float | None, high: float | None, *, as_percent: bool = False, digits: int = 3) -> str:
    """Both ends with 'to' between them, which reads well beside minus signs."""
    if low is None or high is None:
        return NO_INTERVAL
    if as_percent:
        return f"{percent(low)} to {percent(high)}"
    return f"{number(low, digits)} to {number(high, digits)}"


def levelled(document: Document, ends: str) -> str:
    """An interval with its level, such as: 95% interval 24.2% to 33.8%; or that there is none."""
    return ends if ends == NO_INTERVAL else f"{level_text(document)} interval {ends}"


def level_text(document: Document) -> str:
    """The level of the intervals, such as 95%."""
    return f"{100 * document.study.level:g}%"


def listed(names: Sequence[str]) -> str:
    """Names as in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def either(names: Sequence[str]) -> str:
    """Names in a sentence that denies all of them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def scope(found: CrossedMean, cases: str = "cases") -> str:
    """What an interval carries: readers, cases, or both."""
    return SCOPES[found.inference].format(cases=cases)


def carried(document: Document, found: CrossedMean, cases: str = "cases", *, as_percent: bool = False) -> str:
    """An interval with what it carries, such as: 95% interval over readers and cases 24.2% to 33.8%."""
    if found.low is None:
        return f"no interval {scope(found, cases)}"
    ends = interval(found.low, found.high, as_percent=as_percent)
    return f"{level_text(document)} interval {scope(found, cases)} {ends}"


def rated_by_all(found: _OfImages) -> str:
    """Of how many images a number speaks that needs every reader's answer to each."""
    if not found.n_dropped:
        return ""
    return f", of the {found.n_cases:,} images that every reader answered"


def counted(n: int, word: str) -> str:
    """A number of things: 1 reader, 1,000 answers."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def because(reason: str | None) -> str:
    """A reason as the end of a sentence, without its own full stop."""
    reason = (reason or "there is no error").rstrip(".")
    return reason[0].lower() + reason[1:]
