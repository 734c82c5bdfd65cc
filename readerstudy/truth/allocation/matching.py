"""Which values of labels, or which case, the images of each screen share."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol import SectionDocument
from readerstudy.truth.allocation.document import Pooled
from readerstudy.truth.allocation.pools import Stratum
from readerstudy.truth.allocation.shuffle import shuffled
from readerstudy.truth.errors import NotEnoughImages

ATTEMPTS = 60
Needs = Mapping[str, int]
Left = Mapping[Stratum, Mapping[str, int]]


def stratum_of(section: SectionDocument, pooled: Pooled) -> Stratum:
    """What an image has to share with the others of its screen."""
    shared = tuple(str(pooled.labels[name]) for name in section.match)
    return (*shared, pooled.case) if section.case else shared


def assign(section: SectionDocument, screens: Sequence[Needs], left: Left, key: bytes) -> list[Stratum]:
    """Give each screen a stratum that has all images it needs. Refused if the images do not suffice.

    A stratum's chances are how often it can serve, so that no value is preferred. Where screens need
    different sources, one draw may use up what another screen needs: then it is drawn again, first those
    strata that serve the fewest kinds of screen.
    """
    kinds: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for number, needs in enumerate(screens):
        kinds.setdefault(tuple(sorted(needs.items())), []).append(number)
    for attempt in range(1 if len(kinds) == 1 else ATTEMPTS):
        found = _attempt(section, kinds, left, attempt, key)
        if found is not None:
            return [found[number] for number in range(len(screens))]
    raise NotEnoughImages(_too_few(section, kinds, left))


def _attempt(
    section: SectionDocument,
    kinds: Mapping[tuple[tuple[str, int], ...], Sequence[int]],
    left: Left,
    attempt: int,
    key: bytes,
) -> dict[int, Stratum] | None:
    remaining = {stratum: Counter(of_source) for stratum, of_source in left.items()}
    found: dict[int, Stratum] = {}
    for kind in shuffled(sorted(kinds), key, section.name, "match kinds", attempt):
        tickets = [
            stratum for stratum, of_source in remaining.items() for _ in range(_serves(kind, of_source))
        ]
        drawn = shuffled(tickets, key, section.name, "match", attempt, kind)
        if attempt % 2:
            drawn.sort(key=lambda stratum: sum(_serves(other, remaining[stratum]) > 0 for other in kinds))
        if len(drawn) < len(kinds[kind]):
            return None
        for number, stratum in zip(kinds[kind], drawn, strict=False):
            found[number] = stratum
            remaining[stratum].subtract(dict(kind))
    return found


def _serves(kind: Sequence[tuple[str, int]], of_source: Mapping[str, int]) -> int:
    """How many screens of a kind the images of one stratum suffice for."""
    return min(of_source.get(source, 0) // count for source, count in kind)


def _too_few(
    section: SectionDocument, kinds: Mapping[tuple[tuple[str, int], ...], Sequence[int]], left: Left
) -> str:
    shared = " and ".join([*section.match, *(["case"] if section.case else [])])
    worst = min(kinds, key=lambda kind: _capacity(kind, left) - len(kinds[kind]))
    needed, have = len(kinds[worst]), _capacity(worst, left)
    together = ", ".join(f"{count} of {source!r}" for source, count in worst)
    if have < needed:
        said = f"it needs {needed} sets of {together} that agree in {shared}, and there are {have}."
    else:
        said = f"its kinds of screen together need more images that agree in {shared} than there are."
    return f"Section {section.name!r}: {said} Import more images that agree, or ask for fewer trials."


def _capacity(kind: Sequence[tuple[str, int]], left: Left) -> int:
    return sum(_serves(kind, of_source) for of_source in left.values())


def spread(
    section: SectionDocument, screens: Sequence[Needs], references: Sequence[str], left: Left, key: bytes
) -> list[Stratum]:
    """Give each screen of one image a stratum, so that every value is as frequent in all sources.

    Sources with more images have more of each value in the same proportion.
    """
    totals = Counter(source for needs in screens for source in needs)
    share = math.gcd(*totals.values())
    unit = Counter({source: count // share for source, count in totals.items()})
    shown = unit.copy()
    for source in references:
        unit[source] += shown.total()
    strata = assign(section, [unit] * share, left, key)
    waiting = {
        source: shuffled([one for one in strata for _ in range(count)], key, section.name, "values", source)
        for source, count in shown.items()
    }
    return [waiting[next(iter(needs))].pop() for needs in screens]
