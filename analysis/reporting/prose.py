"""Sentences of the report, written from what was really done and found, and never more than that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from analysis.reporting.who import readers_word, starting
from analysis.rounding import half_up, half_up_percent, p_text

Part = Mapping[str, Any]
ALPHA = 0.05


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


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return half_up_percent(value, digits)


def interval(low: float | None, high: float | None, *, as_percent: bool = False, digits: int = 3) -> str:
    """Both ends with 'to' between them, which reads well beside minus signs."""
    if low is None or high is None:
        return "no interval"
    if as_percent:
        return f"{percent(low)} to {percent(high)}"
    return f"{number(low, digits)} to {number(high, digits)}"


def level_text(document: Part) -> str:
    """The level of the intervals, such as 95%."""
    return f"{100 * document['study']['level']:g}%"


def listed(names: Sequence[str]) -> str:
    """Names as in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
        f"({o['k']}/{o['n']}; {level} interval over readers and cases "
        f"{interval(crossed['low'], crossed['high'], as_percent=True)}; chance "
        f"{percent(o['chance'])}). {_against_chance(o)}"
    )
    yield _equivalence(equivalence, " with chance", points=True)
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
    yield (
        f"Were all {o['n']} answers independent, which they are not, the exact interval would be "
        f"{interval(o['exact']['low'], o['exact']['high'], as_percent=True)} and the binomial test "
        "would give "
        f"{p_phrase(o['exact']['p_two_sided'])}."
    )


def _against_chance(o: Part) -> str:
    crossed = o["crossed"]
    p = crossed["p"]
    if p is None:
        return "Whether this differs from chance cannot be tested."
    if p < ALPHA:
        side = "above" if o["rate"] > o["chance"] else "below"
        return f"This is {side} chance ({p_phrase(p)})."
    return (
        f"A difference from chance was not shown ({p_phrase(p)}); "
        "this alone does not show that there is none."
    )


def _balanced(found: Part) -> str:
    if "rate" not in found:
        return str(found["reason"])
    crossed = found["crossed"]
    return (
        f"Real and synthetic images counted alike, this is {percent(found['rate'])} "
        f"({interval(crossed['low'], crossed['high'], as_percent=True)}), where guessing gives 50.0%. "
        f"{_against_chance(found)}"
    )


def _equivalence(e: Part, what: str, *, points: bool) -> str:
    unit = "percentage points" if points else "points of the scale"
    scale = 100 if points else 1
    digits = 1 if points else 3
    smallest = e.get("smallest_margin")
    if smallest is None:
        return f"Equivalence{what} cannot be judged: {e.get('reason', 'there is no error')}."
    reach = f"the smallest margin that would pass is ±{number(scale * smallest, digits)} {unit}"
    if e.get("margin") is None:
        return f"The study fixed no margin, so equivalence{what} is not decided; {reach}."
    margin = f"±{number(scale * e['margin'], 1 if points else 2)} {unit}"
    if e["within"]:
        return f"Equivalence{what} was shown within the margin of {margin} ({p_phrase(e['p'])}); {reach}."
    return f"Equivalence{what} was not shown within the margin of {margin} ({p_phrase(e['p'])}); {reach}."


def _discrimination(document: Part, part: Part) -> Iterator[str]:
    level = level_text(document)
    if "pooled" not in part:
        yield part["reason"]
        return
    pooled = part["pooled"]
    crossed = pooled["crossed"]
    yield (
        f"{starting(readers_word(document))} called {percent(pooled['rate'])} of images correctly "
        f"({pooled['k']}/{pooled['n']}; {level} interval over readers and images "
        f"{interval(crossed['low'], crossed['high'], as_percent=True)}). "
        f"{_balanced(part['balanced'])}"
    )
    if "rate" in part["balanced"]:
        shown = [
            f"{percent(found['estimate'])} of {what} "
            f"({interval(found['low'], found['high'], as_percent=True)})"
            for found, what in (
                (part["balanced"]["sensitivity"], "synthetic images"),
                (part["balanced"]["specificity"], "real images"),
            )
        ]
        yield f"They were right on {listed(shown)}."
    mean = part["roc"].get("mean")
    if mean and mean["estimate"] is not None:
        yield (
            f"The {readers_word(document)}’ mean area under the ROC curve was {number(mean['estimate'])} "
            f"({level} interval {interval(mean['low'], mean['high'])}; {part['roc']['inference']})."
        )
    shares = [
        f"{row['source']} {percent(row['rate'])} ({row['detected']}/{row['n']}; "
        f"{interval(row['low'], row['high'], as_percent=True)})"
        for row in part["by_source"]
    ]
    yield f"Called synthetic, by source: {listed(shares)}."
    sure = part["confidence"]
    if sure.get("overconfidence") is not None:
        way = "above" if sure["overconfidence"] > 0 else "below"
        yield (
            f"With the {sure['points']} points of confidence spread evenly from chance to certainty, "
            "readers stated "
            f"{percent(sure['mean_stated'])} on average, "
            f"{number(100 * abs(sure['overconfidence']), 1)} points {way} "
            f"their accuracy (Brier score {number(sure['brier'])})."
        )
    different = [row for row in part["differences"] if (row["p_holm"] or 1) < ALPHA]
    if different:
        pairs = [
            f"{row['a']} and {row['b']} by {number(100 * row['difference'], 1)} points "
            f"(Holm {p_phrase(row['p_holm'])})"
            for row in different
        ]
        yield f"Detection differed between {listed(pairs)}."
    elif part["differences"]:
        yield "No difference in detection between generators was shown after Holm’s correction."
    if "majority" in part.get("same_cases", {}):
        yield from _same_cases(part["same_cases"])


def _same_cases(same: Part) -> Iterator[str]:
    """What the tests of matched cases say, which take these readers as they are."""
    found = same["majority"]
    q, pairs = found["cochran_q"], found["mcnemar"]
    opening = f"The same {same['n_cases']} cases went through {listed(same['generators'])}. "
    if q["p"] is None:
        yield opening + "By majority, these readers detected every case alike from each generator."
        return
    shown = [f"{row['a']} against {row['b']} {p_phrase(row['p_holm'])}" for row in pairs]
    result = "differed" if q["p"] < ALPHA else "was not shown to differ"
    yield (
        f"{opening}By majority of these readers detection {result} between generators (Cochran’s Q = "
        f"{number(q['statistic'], 2)}, df = {q['df']:g}, {p_phrase(q['p'])}; McNemar’s exact test, Holm: "
        f"{listed(shown)}). These tests speak of these readers; the differences carry readers and cases."
    )


def _realism(document: Part, part: Part) -> Iterator[str]:
    level = level_text(document)
    means = [
        f"{row['source']} {row['text']} ({level} interval {interval(row['low'], row['high'])})"
        for row in part["by_source"]
    ]
    yield f"Mean ratings over readers and images: {listed(means)}."
    pairs = [pair for pair in part["pairs"] if pair["unit"] == "reader"]
    for pair in pairs:
        d = pair["difference"]
        yield (
            f"{pair['a']} minus {pair['b']}: {number(d['estimate'])} ({level} interval "
            f"{interval(d['low'], d['high'])}, {p_phrase(d['p'])}). "
            + _equivalence(pair["equivalence"], "", points=False)
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
        yield f"No ordinal mixed model was fitted: {model['reason']}"


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
        yield f"Agreement on {what}: {fleiss.get('reason', 'no coefficient exists.')}"
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
    "discrimination": _discrimination,
    "realism": _realism,
    "label_checks": _label_checks,
    "agreement": lambda document, part: iter(()),
}
