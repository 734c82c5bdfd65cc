"""Sentences on endpoints, sensitivity analyses and subgroups, and their tables."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from analysis.bundle.labels import Label, in_words
from analysis.document import Document, SectionResult
from analysis.document.endpoints import REALISM_APART, Endpoint, Subgroup, SubgroupFactor
from analysis.reporting.columns import PRINTED, SENSITIVITY, SUBGROUPS, SUBGROUPS_OF_RATINGS, printed_ends
from analysis.reporting.look_prose import look_sentences
from analysis.reporting.words import (
    ALPHA,
    because,
    counted,
    either,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
    points,
)

Make = Callable[..., Any]
IN_POINTS = ("mean", "auc", "kappa", "icc", "error", "worth", "count", "froc")
TESTS = {
    "difference": "a difference from {null}",
    "superiority": "superiority to {null}",
    "non_inferiority": "non-inferiority to {null} within {margin}",
    "equivalence": "equivalence with {null} within ±{margin}",
}


def primary_sentences(document: Document) -> list[str]:
    """The primary endpoints, first of everything; the rest stands in the table of endpoints."""
    return [_said(document, each) for each in document.endpoints if each.role == "primary"]


def endpoint_sentences(document: Document) -> list[str]:
    """What the endpoints are, who chose them, and how they were corrected."""
    if not document.endpoints and document.study.masked:
        return ["The bundle is masked, so no endpoint is tested."]
    if not document.endpoints:
        return ["The protocol declares no endpoint, so everything in this report is exploratory."]
    if not document.endpoints[0].declared:
        named = listed([each.name for each in document.endpoints])
        said = (
            "The protocol declares no endpoint. By the platform’s default the question of the first section "
            f"is primary: {named}. Everything else in this report is exploratory."
        )
        return [said]
    several = [role for role in ("primary", "secondary") if _count(document, role) > 1]
    corrected = f" p-values are Holm-corrected among the {' and among the '.join(several)} endpoints."
    return [
        "The endpoints were declared in the protocol, before the first answer."
        + (corrected if several else "")
        + _one_sided(document)
        + " Everything else in this report is exploratory.",
        *look_sentences(document, printed_as),
    ]


def _one_sided(document: Document) -> str:
    """At which level one-sided tests decide; the equivalences of sections are at 5%, as the methods say."""
    if all(each.test == "difference" for each in document.endpoints):
        return ""
    half = percent((1 - document.study.level) / 2)
    return f" One-sided tests, of equivalence too, are met at {half}."


def _count(document: Document, role: str) -> int:
    return sum(each.role == role for each in document.endpoints)


def _said(document: Document, each: Endpoint) -> str:
    name = f"Primary endpoint, {each.name}: "
    if each.estimate is None:
        return f"{name}not reported ({because(each.reason)})."
    ends = printed_ends(printed_as(each), each.low, each.high)
    shown = f"{_value(each, each.estimate)} ({levelled(document, ends)})"
    if each.p is None:
        return f"{name}{shown}" + (f"; not tested: {because(each.reason)}." if each.reason else ".")
    verdict = "was shown" if each.met else "was not shown"
    return f"{name}{shown}; {tested(each)} {verdict} ({p_phrase(each.p_holm)})."


def tested(each: Endpoint) -> str:
    """What the test of an endpoint asks."""
    null = "zero" if each.against is None else _value(each, each.against)
    margin = "" if each.margin is None else _margin(each, each.margin)
    return TESTS[each.test].format(null=null, margin=margin)


def printed_as(each: Endpoint) -> Literal["number", "percent", "points"]:
    """Whether its values are shares, or differences of shares. A net share of pairs is a share."""
    if each.what in IN_POINTS:
        return "number"
    return "percent" if each.compare is None or each.what == "net" else "points"


def _value(each: Endpoint, value: float) -> str:
    kind = printed_as(each)
    return f"{points(value)} points" if kind == "points" else PRINTED[kind](value)


def _margin(each: Endpoint, value: float) -> str:
    """A distance; of shares, in percentage points."""
    return number(value) if each.what in IN_POINTS else f"{points(value)} points"


def sensitivity_sentences(part: SectionResult) -> Iterator[str]:
    """Whether another choice changes the verdict on the headline number."""
    rows = part.sensitivity or ()
    if len(rows) < 2:
        yield (
            "No answer was missing, none was given in less than a second and no repeat was hidden, so no "
            "other choice gives another number."
        )
        return
    main, *others = rows
    shares = [row.estimate for row in rows if row.estimate is not None]
    verdicts = {row.p is not None and row.p < ALPHA for row in rows}
    same = (
        "Every choice leads to the same verdict"
        if len(verdicts) == 1
        else "The verdict depends on the choice"
    )
    yield (
        f"With {counted(len(others), 'other choice')} of answers, {main.quantity} ranged from "
        f"{percent(min(shares))} to {percent(max(shares))}. {same}."
    )


def _factor(document: Document, factor: SubgroupFactor) -> Label:
    """The words for a factor and its groups; those of images are labels."""
    name = factor.factor
    if factor.of == "images":
        return document.study.label(name)
    return Label(name=name, title=in_words(name), words={})


def subgroup_sentences(document: Document, part: SectionResult) -> Iterator[str]:
    """Which groups differ from the others, after correction."""
    for factor in part.subgroups or ():
        words = _factor(document, factor)
        found = [row for row in factor.groups if row.p_holm is not None and row.p_holm < ALPHA]
        if found:
            named = listed([f"{words.word(row.group)} ({p_phrase(row.p_holm)})" for row in found])
            yield f"By {words.title}, {factor.quantity} differed for {named}."
    if part.subgroups and not any(
        row.p_holm is not None and row.p_holm < ALPHA for factor in part.subgroups for row in factor.groups
    ):
        titles = list(dict.fromkeys(_factor(document, each).title for each in part.subgroups))
        named = either(titles)
        rows = [row for factor in part.subgroups for row in factor.groups]
        corrected = [row.p_holm for row in rows if row.p_holm is not None]
        least = f" (smallest Holm {p_phrase(min(corrected))})" if corrected else ""
        yield f"No interaction with {named} was shown{least}; these groups are small."


def endpoint_tables(document: Document, part: SectionResult, make: Make) -> Iterator[Any]:
    """Sensitivity analyses and subgroups of a section."""
    if len(part.sensitivity or ()) > 1:
        title = "Sensitivity analyses: the headline number under other choices"
        yield make("sensitivity", "sensitivity", title, SENSITIVITY, part.sensitivity)
    for factor in part.subgroups or ():
        words = _factor(document, factor)
        title = f"{factor.quantity[0].upper()}{factor.quantity[1:]}, by {words.title}"
        note = (
            f"Difference: from all other {factor.of}, over readers and cases; its p is the test of "
            "interaction, Holm-corrected within the factor."
        )
        of_ratings = factor.quantity == REALISM_APART
        name = f"{'ratings-' if of_ratings else ''}by-{factor.factor}"
        group, *others = SUBGROUPS_OF_RATINGS if of_ratings else SUBGROUPS
        group = replace(group, said=partial(_group, words))
        yield make(name, "subgroups", title, (group, *others), factor.groups, note=note)


def _group(words: Label, row: Subgroup) -> str:
    return words.word(row.group)
