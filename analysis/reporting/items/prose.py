"""Sentences on items, by kind; the first one is the item in brief."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from analysis.bundle.items import ALL
from analysis.document import Document
from analysis.document.agreement import Coefficients
from analysis.document.call import NoRoc, Roc
from analysis.document.common import NotComputed
from analysis.document.items import (
    Accuracy,
    ChoiceItem,
    ChoicesItem,
    GroupDifference,
    ItemResult,
    MarkFroc,
    MarkItem,
    NumberItem,
    OptionDifference,
    PickItem,
    ScaleItem,
    TextItem,
    WorthItem,
)
from analysis.document.pick_real import Detection
from analysis.reporting.agreement_prose import agreement_of
from analysis.reporting.rate_prose import realism, realism_in_brief
from analysis.reporting.readers import readers_word, starting
from analysis.reporting.verdicts import against_chance, equivalence
from analysis.reporting.words import (
    ALPHA,
    because,
    carried,
    counted,
    interval,
    level_text,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
)

MOST_NAMED = 6


def item_sentences(document: Document, found: ItemResult) -> list[str]:
    """Everything that is said of one item."""
    said = list(OF_KIND[found.kind](document, found)) if type(found) is not ItemResult else []
    if isinstance(found, ScaleItem) and found.realism:
        # what the first sentence says in brief stands in full below it
        said = said[1:]
    return [*said, _answers(document, found)]


def item_in_brief(document: Document, found: ItemResult) -> str:
    """The item in a sentence."""
    if type(found) is ItemResult:
        return f"{_asked(found)} {found.reason or ''}".strip()
    first = next(iter(OF_KIND[found.kind](document, found)), "")
    return f"{_asked(found)} {first}"


def _asked(found: ItemResult) -> str:
    return found.ask if found.ask[-1:] in "?!.:" else f"{found.ask}:"


def _answers(document: Document, found: ItemResult) -> str:
    """How many answered, and what is missing why."""
    whom = counted(found.n_readers, readers_word(document).removesuffix("s"))
    said = f"{counted(found.n, 'answer')} of {whom}"
    if found.of != "section":
        said += f" to {counted(found.n_cases, found.of)}"
    gone = found.missing
    words = ((gone.skip, "skipped"), (gone.time, "out of time"), (gone.left, "left empty"))
    missing = [f"{n} {word}" for n, word in words if n]
    said += f"; {listed(missing)}." if missing else "; none missing."
    return f"{found.reason} {said}" if found.reason and type(found) is ItemResult else said


def _difference(document: Document, found: GroupDifference, what: str, unit: str | None = None) -> str:
    """A difference with its interval, its test, and equivalence where a margin was fixed.

    `unit` is what a mean is measured in; None for shares.
    """
    points = unit is None
    scale, unit = (100, " points") if unit is None else (1, unit)
    digits = 1 if points else 3
    shown = f"{number(_times(found.estimate, scale), digits)}{unit}"
    ends = interval(_times(found.low, scale), _times(found.high, scale), digits=digits)
    paired = ", paired by case" if found.paired else ""
    said = (
        f"{starting(what)}, {found.a} minus {found.b}: {shown} "
        f"({levelled(document, ends)}{paired}; {p_phrase(found.p)})."
        if found.low is not None
        else f"{starting(what)}, {found.a} minus {found.b}: {shown} (no interval: {because(found.reason)})."
    )
    judged = found.equivalence
    if judged is not None and judged.margin is not None:
        said += f" {equivalence(judged, '', points=points, measured=unit.strip())}"
    return said


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else scale * value


def _accuracy(document: Document, found: Accuracy) -> Iterator[str]:
    whole = found.overall
    shown = carried(document, whole.crossed, "cases", as_percent=True)
    yield f"{percent(whole.rate)} of answers were correct ({whole.k:,}/{whole.n:,}; {shown})."
    if len(found.by_source) > 1:
        rows = [
            f"{row.source} {percent(row.rate)} ({interval(row.low, row.high, as_percent=True)})"
            for row in found.by_source
        ]
        yield f"By source: {listed(rows)}."
    if found.difference:
        yield _difference(document, found.difference, "correct answers")


def _scale(document: Document, found: ScaleItem) -> Iterator[str]:
    part = found.realism
    if part is not None:
        yield realism_in_brief(part)
        yield from realism(document, part)
    else:
        whole = found.overall
        cases = "readers" if found.of == "section" else f"{found.of}s"
        yield f"The mean was {whole.text} ({carried(document, whole.crossed, cases)})."
    if found.accuracy:
        yield from _accuracy(document, found.accuracy)
    if found.auc:
        yield from _area(document, found.auc)
    yield from _agreed(document, found.agreement, "the point")


def _area(document: Document, roc: Roc | NoRoc) -> Iterator[str]:
    if isinstance(roc, NoRoc):
        yield f"There is no area under the ROC curve: {because(roc.reason)}."
    elif roc.mean.estimate is not None:
        yield (
            f"The mean area under the ROC curve was {number(roc.mean.estimate)} "
            f"({levelled(document, interval(roc.mean.low, roc.mean.high))}; {roc.inference})."
        )


def _agreed(document: Document, found: Coefficients | None, what: str) -> Iterator[str]:
    if found is not None:
        yield from agreement_of(document, what, found)


def _choice(document: Document, found: ChoiceItem) -> Iterator[str]:
    if found.accuracy:
        yield from _accuracy(document, found.accuracy)
    shown = [
        f"{percent(rate.estimate)} {name} ({interval(rate.low, rate.high, as_percent=True)})"
        for rate, name in ((found.sensitivity, "sensitivity"), (found.specificity, "specificity"))
        if rate is not None and not isinstance(rate, NotComputed)
    ]
    if shown:
        positive = " or ".join(found.positive or ())
        yield f"With {positive} as positive: {listed(shown)}."
    if found.auc:
        yield from _area(document, found.auc)
    if not found.accuracy:
        yield from _options(found)
    yield from _option_differences(found.differences)
    yield from _agreed(document, found.agreement, "the answer")


def _options(found: ChoiceItem | ChoicesItem) -> Iterator[str]:
    for each in found.by_source:
        most = sorted(each.shares, key=lambda row: -row.rate)[:MOST_NAMED]
        shown = [f"{row.text} {percent(row.rate)}" for row in most]
        if shown:
            whose = "" if each.source == ALL else f"Of {each.source}: "
            yield f"{whose}{listed(shown)}."


def _option_differences(rows: Sequence[OptionDifference]) -> Iterator[str]:
    """Which answers differ between sources after correction."""
    shown = [row for row in rows if row.p_holm is not None and row.p_holm < ALPHA]
    if shown:
        named = [
            f"{row.text} ({row.a} minus {row.b} {number(_times(row.estimate, 100), 1)} points, "
            f"Holm {p_phrase(row.p_holm)})"
            for row in shown
        ]
        yield f"Answers differed between sources in {listed(named)}."
    elif rows and all(row.p is None for row in rows):
        yield "Differences between sources cannot be tested: the answers do not vary enough."
    elif rows:
        yield (
            "No difference between sources in any answer was shown after Holm’s correction; "
            "this alone does not show that there is none."
        )


def _choices(_document: Document, found: ChoicesItem) -> Iterator[str]:
    yield from _options(found)
    yield from _option_differences(found.differences)
    # one reader alone agrees with nobody
    words = dict(zip(found.agreement, found.options, strict=False))
    kappas = [
        f"{words[key]} {number(each.fleiss.estimate)}"
        for key, each in found.agreement.items()
        if each.fleiss.estimate is not None
    ]
    if kappas:
        yield f"Fleiss’ kappa of each answer: {listed(kappas[:12])}."


def _number(document: Document, found: NumberItem) -> Iterator[str]:
    unit = f" {found.unit}" if found.unit else ""
    if found.by_source:
        rows = [
            f"{row.source} {number(row.mean, 2)}{unit} ({interval(row.low, row.high, digits=2)})"
            for row in found.by_source
        ]
        yield f"Means: {listed(rows)}."
    else:
        whole = found.overall
        ends = interval(whole.low, whole.high, digits=2)
        yield f"The mean was {number(whole.mean, 2)}{unit} ({levelled(document, ends)})."
    if found.difference:
        yield _difference(document, found.difference, "mean", unit)
    error = found.error
    if error:
        bias = error.bias
        yield (
            f"Answer minus truth: {number(bias.estimate, 2)}{unit} "
            f"({carried(document, bias)}); mean absolute error {number(error.absolute.estimate, 2)}{unit}."
        )
        if error.accuracy:
            near = error.accuracy.overall
            yield (
                f"{percent(near.rate)} of answers were within {number(error.within, 2)}{unit} of the truth "
                f"({interval(near.low, near.high, as_percent=True)})."
            )
        if error.difference:
            yield _difference(document, error.difference, "error", unit)
    yield from _limits(document, found, unit)
    icc = found.icc
    if icc.estimate is not None:
        ends = interval(icc.low, icc.high)
        yield f"ICC(2,1) was {number(icc.estimate)} ({levelled(document, ends)})."


def _limits(document: Document, found: NumberItem, unit: str) -> Iterator[str]:
    altman = found.bland_altman
    for limits in (altman.truth, *(altman.sources or ())):
        if limits is not None:
            yield (
                f"{level_text(document)} of differences {limits.compared} lie between "
                f"{number(limits.low, 2)} and {number(limits.high, 2)}{unit} (bias "
                f"{number(limits.bias.estimate, 2)}; readers and cases random)."
            )
    if altman.reproducibility and altman.reproducibility.estimate is not None:
        found_ = altman.reproducibility
        yield (
            f"Two readers of one case differ by less than {number(found_.estimate, 2)}{unit} in "
            f"{level_text(document)} of pairs ({interval(found_.low, found_.high, digits=2)})."
        )
    if altman.repeatability and altman.repeatability.estimate is not None:
        again = altman.repeatability
        yield (
            f"A reader’s two answers to one case differ by less than {number(again.estimate, 2)}{unit} in "
            f"{level_text(document)} of pairs ({interval(again.low, again.high, digits=2)})."
        )


def _pick(document: Document, found: PickItem) -> Iterator[str]:
    part = found.detection
    target = f"the {found.target} image"
    share = part.overall if isinstance(part, Detection) else found.share
    if share is None:
        yield "Which image was the target is withheld, so nothing is said about correct picks."
    else:
        yield (
            f"{starting(readers_word(document))} picked {target} in {percent(share.rate)} of trials "
            f"({share.k:,}/{share.n:,}; {carried(document, share.crossed, as_percent=True)}; chance "
            f"{percent(share.chance)}). {against_chance(share)}"
        )
    if isinstance(part, Detection):
        yield equivalence(part.overall.equivalence, " with chance", points=True)
    yield from _agreed(document, found.agreement, "the pick")


def _worth(document: Document, found: WorthItem) -> Iterator[str]:
    if found.worth:
        rows = [
            f"{row.source} {percent(row.estimate)} ({interval(row.low, row.high, as_percent=True)})"
            for row in sorted(found.worth, key=lambda row: -(row.estimate or 0))
        ]
        yield (
            f"Worth to readers, as shares of the whole with {level_text(document)} intervals over readers "
            f"and cases: {listed(rows)}."
        )
    elif found.reason:
        yield found.reason
    for pair in found.pairs[:MOST_NAMED]:
        held = f", Holm {p_phrase(pair.p_holm)}" if len(found.pairs) > 1 else ""
        ends = interval(_times(pair.net.low, 100), _times(pair.net.high, 100), digits=1)
        net = number(_times(pair.net.estimate, 100), 1)
        yield (
            f"{pair.a} was put before {pair.b} on {pair.a_first} screens, after it on {pair.b_first}, "
            f"neither on {pair.neither}: a net of {net} points ({ends}; "
            f"{p_phrase(pair.net.p)}{held})."
        )
    if found.none:
        ends = interval(found.none.low, found.none.high, as_percent=True)
        yield f"None was preferred in {percent(found.none.rate)} of answers ({ends})."


def _mark(document: Document, found: MarkItem) -> Iterator[str]:
    count = found.count
    if isinstance(found.froc, MarkFroc) and found.froc.estimate is not None:
        froc = found.froc
        yield (
            f"The {froc.figure} figure of merit was {number(froc.estimate)} ({level_text(document)} interval "
            f"{interval(froc.low, froc.high)}; {listed(froc.assumptions)}), from {froc.n_lesions} true "
            f"places; a mark within {number(froc.within, 1)} pixels hits."
        )
        if froc.difference and froc.difference.estimate is not None:
            d = froc.difference
            yield (
                f"That of {d.a} images minus that of {d.b} ones was {number(d.estimate)} "
                f"({interval(d.low, d.high)}; {p_phrase(d.p)})."
            )
    elif isinstance(found.froc, NotComputed):
        yield f"There is no figure of merit: {because(found.froc.reason)}."
    whole = count.overall
    yield f"{number(whole.mean, 2)} marks an image ({interval(whole.low, whole.high, digits=2)})."
    if count.difference:
        yield _difference(document, count.difference, "marks an image", "")


def _text(_document: Document, found: TextItem) -> Iterator[str]:
    rows = [
        f"{row.n} {'' if row.source == ALL else f'of {row.source} '}with {number(row.words, 1)} words each"
        for row in found.words
    ]
    yield f"Texts: {listed(rows)}."


OF_KIND: dict[str, Callable[[Document, Any], Iterator[str]]] = {
    "scale": _scale,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "measure": _number,
    "pick": _pick,
    "prefer": _worth,
    "rank": _worth,
    "mark": _mark,
    "text": _text,
}
