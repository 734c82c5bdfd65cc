"""Sentences on picks: finding the real image."""

from collections.abc import Iterator

from analysis.document import Document
from analysis.document.pick_real import ChoiceModel, Detection, MaskedDetection, Overall, PickModel
from analysis.reporting.readers import readers_word, starting
from analysis.reporting.verdicts import against_chance
from analysis.reporting.verdicts import equivalence as equivalence_verdict
from analysis.reporting.words import (
    ALPHA,
    because,
    carried,
    chi_squared,
    deviation,
    interval,
    level_text,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
)

LARGEST_FACTOR = 1000


def detection(document: Document, part: Detection | MaskedDetection) -> Iterator[str]:
    """The share of real images found, against chance; the models of the picks; wrong picks."""
    if isinstance(part, MaskedDetection):
        yield part.reason
        return
    o = part.overall
    crossed, equivalence = o.crossed, o.equivalence
    yield (
        f"{starting(readers_word(document))} found the real image in {percent(o.rate)} of trials "
        f"({o.k:,}/{o.n:,}; {carried(document, crossed, as_percent=True)}; chance "
        f"{percent(o.chance)}). {against_chance(o)}"
    )
    yield equivalence_verdict(equivalence, " with chance", points=True)
    dprime = o.dprime
    if dprime.estimate is not None:
        yield (
            f"As a sensitivity that does not depend on the number of alternatives, d′ was "
            f"{number(dprime.estimate, 2)} "
            f"({levelled(document, interval(dprime.low, dprime.high, digits=2))})."
        )
    choice = part.choice_model
    if isinstance(choice, ChoiceModel):
        shown = [f"{c.name}: {number(c.estimate)} ({interval(c.low, c.high)})" for c in choice.coefficients]
        yield (
            "In a conditional logit model of the pick, with errors robust to readers and for these trials "
            f"alone, the log odds against {choice.reference}, with {level_text(document)} intervals, were "
            f"{listed(shown)}."
        )
    mixed = part.mixed_model
    if isinstance(mixed, PickModel):
        tests = {test.name: test for test in mixed.components}
        spread = [deviation(r, tests[r.name]) for r in mixed.random]
        middle = mixed.intercept
        yield (
            "In a logistic mixed model the log odds of finding the real image were "
            f"{number(middle.estimate, 2)} ({interval(middle.low, middle.high, digits=2)}), with "
            f"standard deviations, in logits, between {listed(spread)}."
        )
    else:
        yield f"No logistic mixed model was fitted: {because(mixed.reason)}."
    yield _were_answers_independent(o)
    wrong = part.wrong_picks.p
    if wrong is not None:
        yield (
            f"That wrong picks fell unevenly on the other alternatives was {'' if wrong < ALPHA else 'not '}"
            f"shown ({chi_squared(part.wrong_picks)}, assuming independent answers)."
        )


def _were_answers_independent(o: Overall) -> str:
    exact, wilson = (interval(found.low, found.high, as_percent=True) for found in (o.exact, o.wilson))
    return (
        f"Were all {o.n:,} answers independent, which they are not, the exact interval would be {exact} "
        f"(Wilson’s {wilson}), the binomial test would give {p_phrase(o.exact.p_two_sided)}, and the "
        "Bayes factor for a rate other than chance, all rates being as likely beforehand, would be "
        f"{_factor(o.bayes.bf10)}."
    )


def _factor(bayes: float) -> str:
    """A Bayes factor; beyond a thousand to one its digits say nothing."""
    if bayes > LARGEST_FACTOR:
        return f"above {LARGEST_FACTOR:,}"
    return number(bayes, 2) if bayes >= 1 / LARGEST_FACTOR else f"below {1 / LARGEST_FACTOR:g}"
