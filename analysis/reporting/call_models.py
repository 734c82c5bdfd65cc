"""Sentences and tables on models of calls with confidence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.confidence import ConfidenceModel, MeanIndex, ReaderIndices
from analysis.document import Document
from analysis.document.call import Discrimination
from analysis.reporting.columns import CONFIDENCE, CONFIDENCE_MEANS
from analysis.reporting.words import SCOPES, counted, interval, level_text, number, percent

Make = Callable[..., Any]
INDICES = {
    "area": "area under the binormal curve",
    "d_a": "dₐ, of unequal variances",
    "sd_ratio": "SD of synthetic over real images",
    "dprime": "d′",
    "meta_dprime": "meta-d′",
    "m_difference": "meta-d′ − d′",
    "m_ratio": "meta-d′/d′",
}
NOTE = (
    "Errors are over images. SD ratio: how much synthetic images vary to the reader where real ones vary by "
    "1; d′ takes it as 1. meta-d′: the d′ at which a reader who uses confidence ideally would have this "
    "confidence; meta-d′/d′ is 1 for that reader. d′ here has the counts that meta-d′ has."
)
MEANS_NOTE = (
    "The SD between readers is that of their true values, without the error over images. The mean of "
    "meta-d′/d′ is the ratio of the two means."
)


@dataclass(frozen=True, kw_only=True)
class OfReader:
    """One reader's indices of both models."""

    reader: str
    values: Mapping[str, float]
    se: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class MeanRow:
    """The mean of an index under its name in print."""

    name: str
    mean: MeanIndex


def models(part: Discrimination) -> tuple[ConfidenceModel, ...]:
    """The models that were fitted."""
    found = (part.binormal, part.metacognition)
    return tuple(model for model in found if isinstance(model, ConfidenceModel))


def model_tables(part: Discrimination, make: Make) -> Iterator[Any]:
    """Each reader's indices, and their means."""
    fitted = models(part)
    if not fitted:
        return
    rows: dict[str, list[ReaderIndices]] = {}
    for model in fitted:
        for own in model.by_reader:
            rows.setdefault(own.reader, []).append(own)
    merged = [
        OfReader(
            reader=reader,
            values={name: value for each in own for name, value in each.values.items()},
            se={name: value for each in own for name, value in each.se.items()},
        )
        for reader, own in rows.items()
    ]
    reasons = {f"{each.reader}: {each.reason}" for own in rows.values() for each in own if each.reason}
    note = " ".join([NOTE, *sorted(reasons)])
    title = "Models of calls with confidence, by reader"
    yield make("confidence", "discrimination", title, CONFIDENCE, merged, note=note)
    means = [
        MeanRow(name=name, mean=model.mean(key))
        for key, name in INDICES.items()
        for model in fitted
        if any(each.name == key for each in model.means)
    ]
    title = "Models of calls with confidence, means over readers"
    yield make("confidence-means", "discrimination", title, CONFIDENCE_MEANS, means, note=MEANS_NOTE)


def model_sentences(document: Document, part: Discrimination) -> Iterator[str]:
    """The binormal curves, and how much of their calls' knowledge readers' confidence has."""
    if isinstance(part.binormal, ConfidenceModel):
        yield from _binormal(document, part.binormal)
    if isinstance(part.metacognition, ConfidenceModel):
        yield from _metacognition(document, part.metacognition)


def _binormal(document: Document, model: ConfidenceModel) -> Iterator[str]:
    area, ratio = model.mean("area"), model.mean("sd_ratio")
    if area.estimate is None:
        yield "No reader’s calls with confidence have a binormal curve."
        return
    yield (
        f"The binormal curves{_of(model, area)} have a mean area of {number(area.estimate)} "
        f"({_ends(document, area)}). To the readers synthetic images varied {number(ratio.estimate, 2)} "
        f"times as much as real ones ({interval(ratio.low, ratio.high, digits=2)}), where d′ takes both to "
        "vary alike."
    )


def _metacognition(document: Document, model: ConfidenceModel) -> Iterator[str]:
    meta, ratio = model.mean("meta_dprime"), model.mean("m_ratio")
    if meta.estimate is None:
        yield "No reader’s confidence has a meta-d′."
        return
    yield (
        f"Confidence told right calls from wrong ones{_of(model, meta)} with a meta-d′ of "
        f"{number(meta.estimate, 2)} ({_ends(document, meta, 2)}), {percent(ratio.estimate)} "
        f"({interval(ratio.low, ratio.high, as_percent=True)}) of their d′; "
        "confidence that used all of it would reach 100%."
    )


def _of(model: ConfidenceModel, mean: MeanIndex) -> str:
    """Of how many readers, where some have no estimate."""
    if mean.n_readers is None or mean.n_readers == len(model.by_reader):
        return ""
    return f" of the {counted(mean.n_readers, 'reader')} who have one"


def _ends(document: Document, mean: MeanIndex, digits: int = 3) -> str:
    if mean.low is None:
        return "no interval"
    over = SCOPES[mean.assumptions[0]].format(cases="images")
    return f"{level_text(document)} interval {over} {interval(mean.low, mean.high, digits=digits)}"
