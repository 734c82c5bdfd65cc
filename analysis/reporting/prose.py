"""Sentences of the report, written from what was really done and found, and never more than that."""

from collections.abc import Callable, Iterator
from itertools import islice

from analysis.reporting.discrimination_prose import discrimination
from analysis.reporting.realism_prose import realism, realism_in_brief
from analysis.reporting.verdicts import against_chance
from analysis.reporting.verdicts import equivalence as equivalence_verdict
from analysis.reporting.who import readers_word, starting
from analysis.reporting.words import (
    ALPHA,
    Part,
    because,
    carried,
    deviation,
    interval,
    level_text,
    listed,
    number,
    p_phrase,
    percent,
    rated_by_all,
)


def brief(document: Part) -> list[str]:
    """What was found, in a few sentences a section."""
    found = [paragraph for name in document["sections"] for paragraph in _brief_of(document, name)]
    return [paragraph for paragraph in found if paragraph]


def _brief_of(document: Part, name: str) -> Iterator[str]:
    section = document["sections"][name]
    for part in ("detection", "discrimination", "label_checks"):
        # a share and what its equivalence says stand together
        said = islice(part_results(document, name, part), 2 if part == "detection" else 1)
        yield " ".join(said)
    if section.get("realism"):
        yield realism_in_brief(section["realism"])


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
            "In a conditional logit model of the pick, with errors robust to readers and for these trials "
            f"alone, the log odds against {choice['reference']} were {listed(shown)}."
        )
    mixed = part["mixed_model"]
    if "random" in mixed:
        tests = {test["name"]: test for test in mixed["components"]}
        spread = [deviation(r, tests[r["name"]]) for r in mixed["random"]]
        middle = mixed["intercept"]
        yield (
            "In a logistic mixed model the log odds of finding the real image were "
            f"{number(middle['estimate'], 2)} ({interval(middle['low'], middle['high'], digits=2)}), with "
            f"standard deviations, in logits, between {listed(spread)}."
        )
    else:
        yield f"No logistic mixed model was fitted: {because(mixed['reason'])}."
    yield _were_answers_independent(o)
    wrong = part["wrong_picks"]["p"]
    if wrong is not None:
        yield (
            f"That wrong picks fell unevenly on the other alternatives was {'' if wrong < ALPHA else 'not '}"
            f"shown ({p_phrase(wrong)}, chi-squared, assuming independent answers)."
        )


def _were_answers_independent(o: Part) -> str:
    exact, wilson = (interval(o[key]["low"], o[key]["high"], as_percent=True) for key in ("exact", "wilson"))
    return (
        f"Were all {o['n']:,} answers independent, which they are not, the exact interval would be {exact} "
        f"(Wilson’s {wilson}), the binomial test would give {p_phrase(o['exact']['p_two_sided'])}, and the "
        "Bayes factor for a rate other than chance, all rates being as likely beforehand, would be "
        f"{_factor(o['bayes']['bf10'])}."
    )


def _factor(bayes: float) -> str:
    """A Bayes factor; beyond a thousand to one its digits say nothing."""
    if bayes > LARGEST_FACTOR:
        return f"above {LARGEST_FACTOR:,}"
    return number(bayes, 2) if bayes >= 1 / LARGEST_FACTOR else f"below {1 / LARGEST_FACTOR:g}"


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
    if c["ties"]:
        most = c["with_ties"]
        yield (
            f"On {c['ties']} labels the reviewers were evenly divided; were all of these discrepant, it "
            f"would be {most['discrepant']} of {most['n']} ({percent(most['rate'])}, "
            f"{interval(most['low'], most['high'], as_percent=True)})."
        )
    each = [f"{row['reader']} {row['discrepant']}/{row['n']}" for row in part["by_reader"]]
    yield f"Discrepant by reviewer: {listed(each)}."
    if part["unsure"]:
        yield f"{part['unsure']:,} answers were unsure; they judge nothing and are in no rate."
    control = part.get("control", {}).get("consensus", {})
    if control.get("rate") is not None:
        ends = interval(control["low"], control["high"], as_percent=True)
        yield (
            f"On real images, the control, {control['discrepant']} of {control['n']} labels were discrepant "
            f"by consensus ({percent(control['rate'])}, {ends})."
        )


def _agreement(document: Part, what: str, part: Part) -> Iterator[str]:
    fleiss, raw = part["fleiss"], part["raw"]
    if fleiss["estimate"] is None:
        yield f"Agreement on {what} has no coefficient: {because(fleiss.get('reason'))}."
        return
    agreed = f"{starting(readers_word(document))} agreed on {what} in {percent(raw['estimate'])} of pairs"
    against = f"Against independent guessing z = {number(fleiss.get('z'), 2)}, {p_phrase(fleiss.get('p'))}."
    if "ac2" not in part:
        yield (
            f"{agreed}; Fleiss’ kappa {_with_intervals(document, fleiss)}, Gwet’s AC1 "
            f"{number(part['ac1']['estimate'])}. {against}"
        )
        return
    yield (
        f"{agreed}. On the ordered scale Krippendorff’s alpha was {_with_intervals(document, part['alpha'])} "
        f"and Gwet’s AC2 with quadratic weights {_with_intervals(document, part['ac2'])}."
    )
    if (part.get("icc") or {}).get("estimate") is not None:
        icc = part["icc"]
        yield (
            f"The intraclass correlation ICC(2,1), of one random reader, was {number(icc['estimate'])} "
            f"({level_text(document)} interval {interval(icc['low'], icc['high'])}){rated_by_all(icc)}."
        )
    yield f"On the exact point, Fleiss’ kappa was {_with_intervals(document, fleiss)}. {against}"


def _with_intervals(document: Part, found: Part) -> str:
    """A coefficient with its interval over cases, and over readers where there are three."""
    over = f"{level_text(document)} interval over cases {interval(found['low'], found['high'])}"
    if found.get("low_readers") is not None:
        over += f", over readers {interval(found['low_readers'], found['high_readers'])}"
    return f"{number(found['estimate'])} ({over})"


LARGEST_FACTOR = 1000
RESULTS: dict[str, Callable[[Part, Part], Iterator[str]]] = {
    "detection": _detection,
    "discrimination": discrimination,
    "realism": realism,
    "label_checks": _label_checks,
    "agreement": lambda document, part: iter(()),
}
