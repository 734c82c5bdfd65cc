"""Tests of random components, whose null hypothesis lies at the edge of the parameters.

Twice the logarithm of the likelihood ratio follows an even mixture of two chi-squares: with 0 and 1 degrees
of freedom for one variance, with k and k + 1 for a slope that has k correlations. Self & Liang (1987),
"Asymptotic properties of maximum likelihood estimators under nonstandard conditions"; Stram & Lee (1994),
"Variance components testing in the longitudinal mixed effects model".
"""

from collections.abc import Iterator, Sequence

from scipy import special

from analysis.mixed.result import ComponentTest
from analysis.mixed.search import COARSE, Maximum, Search


def component_tests(search: Search, best: Maximum, order: Sequence[str]) -> tuple[ComponentTest, ...]:
    """Test the last effects of each random factor: its intercept, or its slopes where it has some."""
    found = [_test(search, best, name, effect, places) for name, effect, places in _components(search)]
    return tuple(sorted(found, key=lambda test: order.index(test.name)))


def _components(search: Search) -> Iterator[tuple[str, str, list[int]]]:
    """Each component that can be taken away alone, with the places of its parameters."""
    at = search.first_spread
    for term in search.answers.random.terms:
        for number, effect in enumerate(term.effects):
            if number or len(term.effects) == 1:
                yield term.name, effect, [at + i for i, entry in enumerate(term.entries) if number in entry]
        at += len(term.entries)


def _test(search: Search, best: Maximum, name: str, effect: str, places: list[int]) -> ComponentTest:
    if all(best.held.get(place) == 0.0 for place in places):
        without = best
    else:
        held = {**best.held, **dict.fromkeys(places, 0.0)}
        without = search.climb(best.parameters, held, tolerance=COARSE)
    statistic = max(0.0, 2 * (without.value - best.value))
    k = len(places) - 1
    return ComponentTest(
        name=name,
        effect=effect,
        statistic=statistic,
        p=mixture_p(statistic, k),
        log_likelihood_without=-without.value,
        method=f"likelihood ratio, even mixture of chi-square with {k} and {k + 1} df",
    )


def mixture_p(statistic: float, k: int) -> float:
    """The probability of a larger value in the even mixture of chi-squares with k and k + 1 df."""
    if statistic <= 0:
        return 1.0
    lower = float(special.chdtrc(k, statistic)) if k else 0.0
    return 0.5 * lower + 0.5 * float(special.chdtrc(k + 1, statistic))
