"""What the methods say of the kinds of item that a study asked."""

from collections.abc import Iterator, Sequence

from analysis.document.items import (
    ChoiceItem,
    ChoicesItem,
    ItemResult,
    MarkFroc,
    MarkItem,
    NumberItem,
    PickItem,
    ScaleItem,
    TextItem,
    WorthItem,
)
from analysis.document.staircase import Staircase
from analysis.document.study import SectionResult


def items_asked(parts: Sequence[SectionResult]) -> Iterator[str]:
    """A sentence or two for each kind of item that was asked."""
    found = [item for part in parts for item in (part.items or {}).values()]
    yield from _staircases(parts)
    for said in (_scales, _choices, _numbers, _picks, _worths, _marks, _texts):
        yield from said(found)


def _staircases(parts: Sequence[SectionResult]) -> Iterator[str]:
    if any(isinstance(part.staircase, Staircase) for part in parts):
        yield (
            "Thresholds of exposure are maximum likelihood estimates of logistic curves in the logarithm of "
            "the exposure, at the share of right answers where the staircase settles (Kaernbach 1991)."
        )


def _scales(found: Sequence[ItemResult]) -> Iterator[str]:
    if any(isinstance(item, ScaleItem) and item.pairs for item in found):
        yield (
            "Points on scales were compared between sources as means over readers and cases, by signed-rank "
            "tests and by a cumulative-logit mixed model, Holm-corrected within an item."
        )


def _choices(found: Sequence[ItemResult]) -> Iterator[str]:
    choices = [item for item in found if isinstance(item, ChoiceItem)]
    if any(item.accuracy for item in choices):
        yield (
            "Answers with a truth were judged correct or not; the shares are stratified by source, and real "
            "and synthetic images were compared with common readers and nested cases, or paired where every "
            "case has one image of both (Gallas, Pennello & Myers 2007)."
        )
    if any(item.auc for item in choices):
        yield (
            "Areas under the ROC curve are of the answer, with confidence where it was asked for, combined "
            "over readers by the method of Obuchowski and Rockette."
        )
    several = any(isinstance(item, ChoicesItem) for item in found)
    if several or any(not item.accuracy for item in choices):
        yield (
            "Answers without a truth are shares by source; differences between sources are Holm-corrected "
            "over all answers of an item, and each answer of several is a question of its own."
        )


def _numbers(found: Sequence[ItemResult]) -> Iterator[str]:
    numbers = [item for item in found if isinstance(item, NumberItem)]
    if not numbers:
        return
    yield (
        "Numbers and measures are means over readers and cases; agreement between readers is ICC(2,1) and "
        "the reproducibility coefficient."
    )
    if any(item.bland_altman.truth or item.bland_altman.sources for item in numbers):
        yield (
            "Limits of agreement take repeated measures into account: variance components of readers, cases "
            "and the rest add up to the deviation of a single difference (Bland & Altman 1999), with "
            "intervals by MOVER (Zou 2013)."
        )


def _picks(found: Sequence[ItemResult]) -> Iterator[str]:
    if any(isinstance(item, PickItem) for item in found):
        yield "Picks of a target were compared with chance on the crossed error."


def _worths(found: Sequence[ItemResult]) -> Iterator[str]:
    worths = [item for item in found if isinstance(item, WorthItem)]
    if not worths:
        return
    kinds = {item.kind for item in worths}
    names = {"prefer": "preferences (Bradley & Terry 1952; Luce 1959)", "rank": "orders (Plackett 1975)"}
    asked = " and ".join(names[kind] for kind in sorted(kinds))
    nothing = any(item.none and item.none.k for item in worths)
    yield (
        f"The worth of sources was estimated from {asked}"
        + (", with no preference as Davidson’s tie (1970)" if nothing else "")
        + ". Its errors carry readers and cases: the influences of the maximum likelihood estimate were "
        "analysed as a crossed mean (Gallas, Pennello & Myers 2007)."
    )


def _marks(found: Sequence[ItemResult]) -> Iterator[str]:
    frocs = [item.froc for item in found if isinstance(item, MarkItem) and isinstance(item.froc, MarkFroc)]
    if frocs:
        figures = " and ".join(sorted({froc.figure for froc in frocs}))
        yield (
            "Marks were judged by their distance from the nearest true place; the figure of merit is "
            f"{figures} (Chakraborty & Berbaum 2004), combined over readers by the method of Obuchowski and "
            "Rockette with the jackknife over cases."
        )


def _texts(found: Sequence[ItemResult]) -> Iterator[str]:
    if any(isinstance(item, TextItem) for item in found):
        yield "Free texts are listed as they were written, and their words counted."
