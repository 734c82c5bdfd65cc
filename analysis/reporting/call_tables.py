"""The tables of calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.document.call import (
    Balanced,
    Discrimination,
    GeneratorAreas,
    Guessing,
    MatchedTests,
    McNemarPair,
    Roc,
    SameCases,
)
from analysis.document.common import NotComputed
from analysis.ranks.several import Several
from analysis.reporting.call_models import model_tables
from analysis.reporting.columns import (
    AREAS,
    BY_SOURCE,
    CALIBRATION,
    CALLS,
    COMPONENTS,
    DETECTION_DIFFERENCES,
    DIFFERENCES,
    GUESSING,
    IMAGES,
    INDICES,
    SAME_CASES,
)
from analysis.reporting.words import percent, points

Make = Callable[..., Any]
COMPONENTS_NOTE = "From mean squares, as they come out: one below 0 stands for a component of about 0."


@dataclass(frozen=True, kw_only=True)
class Component:
    """What readers, images or the rest add to a variance."""

    quantity: str
    component: str
    variance: float


@dataclass(frozen=True, kw_only=True)
class _Matched:
    """A pair of generators on the same cases; Q stands in the first row of whoever called."""

    who: str
    cochran_q: Several | None
    pair: McNemarPair


def call_tables(part: Discrimination, make: Make) -> Iterator[Any]:
    """Readers, sources, differences, areas, components of variance, matched cases, images, confidence."""
    yield make("calls", "discrimination", "Calls against the truth, by reader", CALLS, part.by_reader)
    note = "Intervals over the images of this study for each reader alone; d′ log-linear."
    title = "Sensitivity, specificity, d′ and AUC, by reader"
    yield make("indices", "discrimination", title, INDICES, part.by_reader, note=note)
    yield make("by-source", "discrimination", "Called synthetic, by source", BY_SOURCE, part.by_source)
    if part.differences:
        title = "Differences in detection"
        yield make("differences", "discrimination", title, DETECTION_DIFFERENCES, part.differences)
    yield from _guessing(part.equivalence, make)
    yield from _areas(part, make)
    components = list(variance_components(part))
    if components:
        title = "Components of variance"
        yield make("components", "discrimination", title, COMPONENTS, components, note=COMPONENTS_NOTE)
    if isinstance(part.same_cases, SameCases):
        rows = list(_same_cases(part.same_cases))
        yield make("same-cases", "discrimination", "The same cases, by generator", SAME_CASES, rows)
    title = "Images, from those that fooled most readers"
    yield make("images", "discrimination", title, IMAGES, part.by_image, most=12)
    if part.calibration:
        title = "Correct calls, by confidence"
        yield make("calibration", "discrimination", title, CALIBRATION, part.calibration)
    yield from model_tables(part, make)


def _guessing(found: Guessing | NotComputed, make: Make) -> Iterator[Any]:
    """Each generator alone with the real images, against guessing."""
    if not isinstance(found, Guessing) or found.balanced.margin is None or len(found.by_generator) < 2:
        return
    alpha, margin = found.balanced.alpha, points(found.balanced.margin)
    note = (
        f"Each generator alone with the real images. Intervals are at {100 * (1 - 2 * alpha):g}%: "
        f"equivalence within ±{margin} percentage points of {percent(0.5)} is shown at {100 * alpha:g}% "
        "where they lie within it."
    )
    title = "Equivalence with guessing, by generator"
    yield make("guessing", "discrimination", title, GUESSING, found.by_generator, note=note)


def _areas(part: Discrimination, make: Make) -> Iterator[Any]:
    found = part.by_generator
    if not isinstance(found, GeneratorAreas):
        return
    note = "Readers and images random, U-statistic as in iMRMC; the real images are common to all."
    title = "Area under the ROC curve, by generator"
    yield make("areas", "discrimination", title, AREAS, found.areas, note=note)
    if found.differences:
        yield make(
            "area-differences", "discrimination", "Differences in area", DIFFERENCES, found.differences
        )


def variance_components(part: Discrimination) -> Iterator[Component]:
    """What readers, images and the rest add to the variance of one answer, and of a reader's area."""
    means = [("correct call", part.pooled.crossed)]
    if isinstance(part.balanced, Balanced):
        means.append(("detection", part.balanced.sensitivity))
        means.append(("correct rejection", part.balanced.specificity))
    for quantity, mean in means:
        found = {"readers": mean.var_reader, "images": mean.var_case, "rest": mean.var_error}
        yield from _components(quantity, found)
    if isinstance(part.roc, Roc):
        areas = {
            "readers": part.roc.var_reader,
            "images, one reader": part.roc.var_error,
            "images, common to two readers": part.roc.cov2,
        }
        yield from _components("area under the curve", areas)


def _components(quantity: str, variances: dict[str, float | None]) -> Iterator[Component]:
    for component, variance in variances.items():
        if variance is not None:
            yield Component(quantity=quantity, component=component, variance=variance)


def _same_cases(same: SameCases) -> Iterator[_Matched]:
    """A row a pair of generators, for the readers' majority and then for each reader."""
    callers: list[tuple[str, MatchedTests]] = [("the majority", same.majority)]
    if len(same.by_reader) > 1:
        callers += [(found.reader, found) for found in same.by_reader]
    for who, found in callers:
        for place, pair in enumerate(found.mcnemar):
            yield _Matched(who=who, cochran_q=None if place else found.cochran_q, pair=pair)
