"""Endpoints of items: a quantity against a value, or of two sources, kinds of image, screens or sections."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.chance import fleiss_kappa
from analysis.agreement.intraclass import icc
from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.endpoints import DeclaredEndpoint
from analysis.crossed import crossed_difference, crossed_mean, t_quantile
from analysis.document.call import Roc
from analysis.errors import AnalysisError
from analysis.froc import froc, froc_change, froc_difference
from analysis.mrmc.auc import mrmc_auc
from analysis.sections.call import mean_area
from analysis.sections.call_same_cases import matched
from analysis.sections.items.asked import Asked, asked
from analysis.sections.items.choice import scores
from analysis.sections.items.mark import judged_marks, of_cases
from analysis.sections.items.prefer import fitted, screens_of
from analysis.sections.items.quantities import Quantity, cases_shown, net_quantity, quantity
from analysis.sections.items.right import positive_cases
from analysis.sections.items.sections import between
from analysis.sections.tested import Found, on_logits, plain, turned

Answer = tuple[Found | None, str | None]
NO_ITEM = "The bundle has no answers to this item."
UNKNOWN = "{} is no source, kind of image, kind of screen or section of this item."
NO_ANSWERS = "No answer to this item is about {}."


def of_item(bundle: Bundle, declared: DeclaredEndpoint) -> Answer:
    """Estimate an endpoint from the answers to its item, or say why that cannot be done."""
    section = bundle.study.section(declared.section)
    item = section.item(declared.item) if section else None
    if section is None or item is None:
        return None, None
    one = asked(bundle, section, item)
    if one is None:
        return None, NO_ITEM
    if one.rows.empty:
        return None, "Nobody answered the item."
    try:
        return OF_WHAT.get(declared.what, _of_table)(bundle, one, declared)
    except AnalysisError as error:
        return None, str(error)


def _none_of(bundle: Bundle, *names: str) -> str:
    """Say why there is nothing to compare: the study has no such name, or nobody answered about it."""
    study = bundle.study
    known = {
        *(word for source in study.sources for word in (source.name, source.kind)),
        *(one.name for one in study.sections),
    }
    unknown = [name for name in names if name not in known]
    listed = " or ".join(unknown or names)
    return UNKNOWN.format(listed) if unknown else NO_ANSWERS.format(listed)


def _other_section(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> tuple[Asked, Asked] | None:
    """The item in the two sections that are compared; None where no sections are."""
    names = declared.compare or ()
    found = [bundle.study.section(name) for name in names]
    parts = [
        asked(bundle, section, item)
        for section in found
        if section is not None and (item := section.item(one.item.name)) is not None
    ]
    first, second = parts if len(parts) == 2 else (None, None)
    return None if first is None or second is None else (first, second)


def _of_table(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """A mean of a readers x cases table, or a difference of two."""
    both = _other_section(bundle, one, declared)
    if both:
        found = [quantity(part, bundle, declared.what, declared.option) for part in both]
        return _of_sections(bundle, found, declared)
    measured = quantity(one, bundle, declared.what, declared.option)
    return (None, measured) if isinstance(measured, str) else _of_groups(bundle, measured, declared)


def _of_sections(bundle: Bundle, found: list[Quantity | str], declared: DeclaredEndpoint) -> Answer:
    first, second = found
    if isinstance(first, str) or isinstance(second, str):
        return None, next(each for each in found if isinstance(each, str))
    compare = declared.compare or ("", "")
    return plain(between(bundle, first, second, compare, bundle.study.level).difference, declared), None


def _of_groups(bundle: Bundle, measured: Quantity, declared: DeclaredEndpoint) -> Answer:
    level = bundle.study.level
    if declared.compare is None:
        against = declared.against
        found = crossed_mean(measured.grid.values, null=against, level=level, bounds=measured.bounds)
        return plain(found, declared), None
    tables = [measured.of(name) for name in declared.compare]
    for name, table in zip(declared.compare, tables, strict=True):
        if table is None:
            return None, _none_of(bundle, name)
    a, b = declared.compare
    bounds = measured.bounds and (
        measured.bounds[0] - measured.bounds[1],
        measured.bounds[1] - measured.bounds[0],
    )
    pair = matched(measured.grid, measured.source, a, b, measured.same)
    if pair is not None:
        return plain(crossed_mean(pair[0] - pair[1], null=0.0, level=level, bounds=bounds), declared), None
    first, second = (table for table in tables if table is not None)
    return plain(crossed_difference(first, second, level=level, bounds=bounds), declared), None


def _net(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """The share that puts the first before the second, minus the share the other way round."""
    both = _other_section(bundle, one, declared)
    if both and len(one.groups) == 2:
        found = [net_quantity(part, bundle, *one.groups) for part in both]
        return _of_sections(bundle, found, declared)
    pair = declared.compare or (one.groups if len(one.groups) == 2 else None)
    if pair is None:
        return None, "Name in compare the two sources whose net share is meant."
    signs = net_quantity(one, bundle, pair[0], pair[1])
    if isinstance(signs, str):
        return None, signs
    mean = crossed_mean(signs.grid.values, null=0.0, level=bundle.study.level, bounds=(-1.0, 1.0))
    return plain(mean, declared), None


def _worth(_bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """Of two sources the logarithm of the ratio of worth; against a value the share of the synthetic one."""
    if one.item.kind not in ("prefer", "rank"):
        return None, f"An item of kind {one.item.kind} has no worth."
    worth, reason = fitted(one, screens_of(one))
    if worth is None:
        return None, reason
    if declared.compare is None:
        made = [s.name for s in one.study.sources if s.kind == "synthetic"]
        row = next((row for row in worth.sources if row.source in made), None)
        if len(one.groups) != 2 or row is None:
            return None, "The worth of one source against a value needs two sources, one of them synthetic."
        return on_logits(plain(row, declared), declared), None
    pairs = {(row.a, row.b): row for row in worth.differences}
    a, b = declared.compare
    if (a, b) in pairs:
        return plain(pairs[a, b], declared), None
    if (b, a) in pairs:
        return turned(plain(pairs[b, a], declared)), None
    return None, f"{a} and {b} are not both among the sources compared."


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """Scores of readers x cases, and which cases are positive."""

    table: Floats
    positive: Floats
    readers: tuple[str, ...]
    shown: tuple[str, ...]
    asked: Asked


def _scored(bundle: Bundle, one: Asked) -> _Scored | str:
    positive = positive_cases(one)
    if positive is None or not np.isfinite(positive).any():
        return "The item says no truth that counts as positive."
    values = scores(one) if one.item.kind == "choice" else one.numbers
    grid = one.grid(values)
    return _Scored(
        table=grid.values,
        positive=positive,
        readers=grid.readers,
        shown=cases_shown(one, bundle),
        asked=one,
    )


def _auc(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """The readers' mean area, or a difference of two with the cases that both share."""
    both = _other_section(bundle, one, declared)
    found = [_scored(bundle, part) for part in (both or (one,))]
    for each in found:
        if isinstance(each, str):
            return None, each
    scored = [each for each in found if isinstance(each, _Scored)]
    if both:
        return _areas([(each, np.isfinite(each.positive)) for each in scored], declared, bundle.study.level)
    if declared.compare is None:
        known = np.isfinite(scored[0].positive)
        area = mean_area(bundle.study, scored[0].table[:, known], scored[0].positive[known] == 1)
        if not isinstance(area, Roc):
            return None, area.reason
        return on_logits(plain(area.mean, declared), declared), None
    parts = [(scored[0], _cases_of(scored[0], name)) for name in declared.compare]
    for name, (_, of) in zip(declared.compare, parts, strict=True):
        if of is None:
            return None, _none_of(bundle, name)
    return _areas([(s, of) for s, of in parts if of is not None], declared, bundle.study.level)


def _cases_of(scored: _Scored, name: str) -> Any:
    """The cases of a source or kind; of a generator with the real images, where the truth is the kind."""
    one = scored.asked
    own = (one.group_of_case == name) | (one.kind_of_case == name)
    if not own.any():
        return None
    return own | (scored.positive == 0) if one.item.truth == "kind" else own & np.isfinite(scored.positive)


def _areas(parts: list[tuple[_Scored, np.ndarray]], declared: DeclaredEndpoint, level: float) -> Answer:
    """First minus second by the U-statistic, which keeps the covariance of cases in common."""
    frames = []
    for condition, (scored, of) in enumerate(parts):
        reader, case = np.nonzero(np.isfinite(scored.table) & of)
        frames.append(
            pd.DataFrame(
                {
                    "condition": str(condition),
                    "reader": np.array(scored.readers, dtype=object)[reader],
                    "case": np.array(scored.shown, dtype=object)[case],
                    "truth": scored.positive[case].astype(int),
                    "score": scored.table[reader, case],
                }
            )
        )
    found = mrmc_auc(pd.concat(frames), condition="condition", level=level)
    return plain(found.differences[0], declared), None


def _kappa(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """Fleiss' kappa, quadratically weighted on a scale, by the jackknife over cases and over readers."""
    if one.item.kind not in ("scale", "choice"):
        return None, f"An item of kind {one.item.kind} has no kappa here."
    weights = "quadratic" if one.item.kind == "scale" else "identity"
    categories = list(one.item.points) if one.item.kind == "scale" else list(range(len(one.item.values) + 1))

    def kappa(table: Floats) -> float:
        found = fleiss_kappa(table, categories=categories, weights=weights).estimate
        return np.nan if found is None else found

    return _jackknifed(bundle, one, declared, kappa)


def _icc(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """ICC(2,1), by the jackknife over cases and over readers."""
    if one.item.kind not in ("number", "measure", "scale"):
        return None, f"An item of kind {one.item.kind} has no intraclass correlation."

    def correlation(table: Floats) -> float:
        found = icc(table).estimate
        return np.nan if found is None else found

    return _jackknifed(bundle, one, declared, correlation)


def _categories(part: Asked) -> Floats:
    """Answers as numbers; the options of a choice in their order, others last."""
    if part.item.kind != "choice":
        return part.numbers
    places = {value: place for place, value in enumerate(part.item.values)}
    return np.array(
        [places.get(value, len(places)) for value in part.rows["value"].astype(object)], dtype=float
    )


def _jackknifed(
    bundle: Bundle, one: Asked, declared: DeclaredEndpoint, statistic: Callable[[Floats], float]
) -> Answer:
    both = _other_section(bundle, one, declared)
    if both:
        grids = [part.grid(_categories(part)) for part in both]
        shown = [cases_shown(part, bundle) for part in both]
        readers = [name for name in grids[0].readers if name in grids[1].readers]
        rows = [grid.values[[grid.readers.index(name) for name in readers]] for grid in grids]
        cases: list[tuple[str, ...]] = shown
    else:
        grid = one.grid(_categories(one))
        groups = [one.group_of_case, one.kind_of_case]
        masks = [
            next((names == name for names in groups if (names == name).any()), None)
            for name in declared.compare or ()
        ]
        if any(mask is None for mask in masks):
            return None, _none_of(bundle, *(declared.compare or ()))
        chosen = [mask for mask in masks if mask is not None] or [np.ones(len(grid.cases), dtype=bool)]
        rows = [grid.values[:, mask] for mask in chosen]
        cases = [tuple(np.array(grid.cases, dtype=object)[mask]) for mask in chosen]
    found = _jackknife(rows, cases, statistic, bundle.study.level)
    return (None, "The coefficient does not exist.") if found is None else (plain(found, declared), None)


@dataclass(frozen=True, kw_only=True)
class _Jackknife:
    """An estimate with its error, which adds what cases and readers give."""

    estimate: float
    low: float | None
    high: float | None
    se: float | None
    df: float | None


def _jackknife(
    tables: list[Floats], cases: list[tuple[str, ...]], statistic: Callable[[Floats], float], level: float
) -> _Jackknife | None:
    """The statistic of one table, or of the first minus the second; cases of one name leave together."""
    signs = (1.0, -1.0)

    def value(parts: list[Floats]) -> float:
        return sum(sign * statistic(part) for sign, part in zip(signs, parts, strict=False))

    estimate = value(tables)
    if not np.isfinite(estimate):
        return None
    names = list(dict.fromkeys(name for own in cases for name in own))
    left = [
        value([t[:, np.array(own) != name] for t, own in zip(tables, cases, strict=True)]) for name in names
    ]
    readers = len(tables[0])
    out = [value([np.delete(t, r, axis=0) for t in tables]) for r in range(readers)] if readers > 2 else []
    parts = [_spread(values) for values in (left, out) if len(values) > 1]
    variance = sum(part for part in parts if np.isfinite(part))
    if not variance > 0:
        return _Jackknife(estimate=estimate, low=None, high=None, se=None, df=None)
    df = float(min(len(values) for values in (left, out) if len(values) > 1) - 1)
    reach = t_quantile(df, level) * float(np.sqrt(variance))
    return _Jackknife(
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        se=float(np.sqrt(variance)),
        df=df,
    )


def _spread(values: list[float]) -> float:
    """The jackknife's variance."""
    n, found = len(values), np.array(values)
    return float((n - 1) / n * ((found - found.mean()) ** 2).sum())


def _froc(bundle: Bundle, one: Asked, declared: DeclaredEndpoint) -> Answer:
    """The JAFROC figure of merit, or a difference of two."""
    level = bundle.study.level
    both = _other_section(bundle, one, declared)
    judged = [judged_marks(part, bundle) for part in (both or (one,))]
    if any(each is None for each in judged):
        return None, "The true places, or the marks, are not in the bundle."
    known = [each for each in judged if each is not None]
    if both:
        shown = [cases_shown(part, bundle) for part in both]
        found = froc_change(known[0], known[1], shown[0], shown[1], level=level)
        return plain(found, declared), None
    marks = known[0][1]
    if declared.compare is None:
        return on_logits(plain(froc(marks, level=level), declared), declared), None
    chosen = [(one.group_of_case == name) | (one.kind_of_case == name) for name in declared.compare]
    for name, of in zip(declared.compare, chosen, strict=True):
        if not of.any():
            return None, _none_of(bundle, name)
    first, second = (of_cases(marks, of) for of in chosen)
    return plain(froc_difference(first, second, level=level), declared), None


OF_WHAT: dict[str, Callable[[Bundle, Asked, DeclaredEndpoint], Answer]] = {
    "net": _net,
    "worth": _worth,
    "auc": _auc,
    "kappa": _kappa,
    "icc": _icc,
    "froc": _froc,
}
