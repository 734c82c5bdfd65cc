"""Sentences of the report, written from what was really done and found, and never more than that."""

from collections.abc import Callable, Iterator

from analysis.reporting.discrimination_prose import discrimination
from analysis.reporting.verdicts import against_chance
from analysis.reporting.verdicts import equivalence as equivalence_verdict
from analysis.reporting.who import readers_word, starting
from analysis.reporting.words import (
    Part,
    because,
    carried,
    interval,
    level_text,
    listed,
    number,
    p_phrase,
    percent,
    scope,
)


def brief(document: Part) -> list[str]:
    """What was found, a sentence a section."""
    return [next(section_results(document, name), "") for name in document["sections"]]


def section_results(document: Part, name: str) -> Iterator[str]:
    """The results of one section, headline first."""
    for part in RESULTS:
        yield from part_results(document, name, part)


def part_results(document: Part, name: str, part: str) -> Iterator[str]:
    """The sentences of one part of a section."""
    found = document["sections"][name].get(part)
    if not found:
        return
    if part == "agreement":
        for what, coefficients in found.items():
            yield from _agreement(document, what, coefficients)
    else:
        yield from RESULTS[part](document, found)


def _detection(document: Part, part: Part) -> Iterator[str]:
    if "overall" not in part:
        yield part["reason"]
        return
    o, level = part["overall"], level_text(document)
    crossed, equivalence = o["crossed"], o["equivalence"]
    yield (
        f"{starting(readers_word(document))} found the real image in {percent(o['rate'])} of trials "
        f"({o['k']:,}/{o['n']:,}; {carried(document, crossed, as_percent=True)}; chance "
        f"{percent(o['chance'])}). {against_chance(o)}"
    )
    yield equivalence_verdict(equivalence, " with chance", points=True)
    dprime = o["dprime"]
    if dprime["estimate"] is not None:
        yield (
            "As a sensitivity freed from the number of alternatives this is d′ = "
            f"{number(dprime['estimate'], 2)} "
            f"({level} interval {interval(dprime['low'], dprime['high'], digits=2)})."
        )
    choice = part["choice_model"]
    if "coefficients" in choice:
        shown = [
            f"{c['name']} {number(c['estimate'], 2)} ({interval(c['low'], c['high'], digits=2)})"
            for c in choice["coefficients"]
        ]
        yield (
            f"In a conditional logit model of the pick, with errors robust to readers, the log odds against "
            f"{choice['reference']} were {listed(shown)}."
        )
    mixed = part["mixed_model"]
    if "random" in mixed:
        spread = [f"{r['name']}s {number(r['sd'], 2)}" for r in mixed["random"]]
        yield f"In a logistic mixed model the standard deviations were, in logits, {listed(spread)}."
    else:
        yield f"No logistic mixed model was fitted: {because(mixed['reason'])}."
    yield (
        f"Were all {o['n']:,} answers independent, which they are not, the exact interval would be "
        f"{interval(o['exact']['low'], o['exact']['high'], as_percent=True)} and the binomial test "
        "would give "
        f"{p_phrase(o['exact']['p_two_sided'])}."
    )


def _realism(document: Part, part: Part) -> Iterator[str]:
    means = [
        f"{row['source']} {row['text']} ({interval(row['low'], row['high'])})" for row in part["by_source"]
    ]
    whom = scope(part["by_source"][0]["crossed"], "images")
    yield f"Mean ratings, with {level_text(document)} intervals {whom}: {listed(means)}."
    pairs = [pair for pair in part["pairs"] if pair["unit"] == "reader"]
    for pair in pairs:
        d = pair["difference"]
        yield (
            f"{pair['a']} minus {pair['b']}: {number(d['estimate'])} "
            f"({carried(document, d)}, {p_phrase(d['p'])}). "
            + equivalence_verdict(pair["equivalence"], "", points=False)
        )
    model = part["ordinal_model"]
    if "coefficients" in model:
        ratios = [
            f"{c['source']} {number(c['estimate'], 2)} (SE {number(c['se'], 2)}, Holm "
            f"{p_phrase(c['p_holm'])})"
            for c in model["coefficients"]
        ]
        yield (
            f"In the ordinal mixed model the log odds of a higher rating against {model['reference']} were "
            f"{listed(ratios)}."
        )
    else:
        yield f"No ordinal mixed model was fitted: {because(model['reason'])}."


def _label_checks(document: Part, part: Part) -> Iterator[str]:
    c = part["consensus"]
    if c["rate"] is None:
        yield "No label could be judged: every answer was unsure."
        return
    yield (
        f"By consensus {c['discrepant']} of {c['n']} labels were discrepant ({percent(c['rate'])}, exact "
        f"{level_text(document)} interval {interval(c['low'], c['high'], as_percent=True)}; {c['rule']}): "
        f"{c['by_any_reviewer']} by any reviewer, {c['by_all_reviewers']} by all."
    )
    each = [f"{row['reader']} {row['discrepant']}/{row['n']}" for row in part["by_reader"]]
    yield f"Discrepant by reviewer: {listed(each)}."


def _agreement(document: Part, what: str, part: Part) -> Iterator[str]:
    fleiss, raw = part["fleiss"], part["raw"]
    if fleiss["estimate"] is None:
        yield f"Agreement on {what} has no coefficient: {because(fleiss.get('reason'))}."
        return
    yield (
        f"{starting(readers_word(document))} agreed on {what} in {percent(raw['estimate'])} of pairs; "
        f"Fleiss’ kappa {number(fleiss['estimate'])} ({level_text(document)} interval over cases "
        f"{interval(fleiss['low'], fleiss['high'])}, over readers "
        f"{interval(fleiss.get('low_readers'), fleiss.get('high_readers'))}), Gwet’s AC1 "
        f"{number(part['ac1']['estimate'])}. Against independent guessing z = {number(fleiss.get('z'), 2)}, "
        f"{p_phrase(fleiss.get('p'))}."
    )


RESULTS: dict[str, Callable[[Part, Part], Iterator[str]]] = {
    "detection": _detection,
    "discrimination": discrimination,
    "realism": _realism,
    "label_checks": _label_checks,
    "agreement": lambda document, part: iter(()),
}
