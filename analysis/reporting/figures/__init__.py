"""The figures of a report, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from analysis.document import Document
from analysis.document.call import ConfidenceCalibration, Curves, Discrimination, ReaderCalls
from analysis.document.pick_real import Detection
from analysis.document.rate import Realism
from analysis.reporting.figures import curves, rates, scales
from analysis.reporting.figures.of_items import item_pictures
from analysis.reporting.figures.style import drawn_svg
from analysis.reporting.names import apart, file_stem, named_coefficients

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "pictures"]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure with its name and caption; drawn when a form asks for it."""

    name: str
    section: str
    part: str
    caption: str
    figure: Callable[[], Figure]

    @cached_property
    def svg(self) -> str:
        """The drawing, made once for every form."""
        return drawn_svg(self.figure())


def pictures(document: Document) -> list[Picture]:
    """Return every figure that the document has the numbers for."""
    return list(apart(picture for name in document.sections for picture in _of_section(document, name)))


def _of_section(document: Document, section: str) -> Iterator[Picture]:
    part = document.sections[section]
    make = partial(_picture, section)
    if isinstance(part.detection, Detection):
        yield from _detection(part.detection, document.study.margins.get("detection"), make)
    if isinstance(part.realism, Realism):
        labels = document.study.scale.get("labels")
        by_source = part.realism.by_source
        caption = "Ratings by source, share of each point of the scale; at the right the mean."
        picture = partial(scales.likert, by_source, labels or list(by_source[0].counts))
        yield make("ratings", "realism", caption, picture)
    if isinstance(part.discrimination, Discrimination):
        yield from _discrimination(document, part.discrimination, make)
    for item, found in (part.items or {}).items():
        yield from item_pictures(item, found, make)
    for name, coefficients in part.agreement.by_kind() if part.agreement else ():
        chosen = named_coefficients(coefficients)
        caption = (
            f"Agreement between readers on {name}: estimates with intervals over cases (these readers, other "
            "cases) and over readers (other readers, these cases); dotted, the spread under "
            "independent guessing."
        )
        yield make(f"agreement-{name}", "agreement", caption, partial(scales.agreement, chosen))
    stages = part.conduct.learning.stages if part.conduct and part.conduct.learning else ()
    if len(stages) > 1 and all(stage.n for stage in stages):
        chance = part.detection.overall.chance if isinstance(part.detection, Detection) else None
        caption = (
            f"Share of correct answers over the course of section {section}, with Wilson intervals, which "
            "assume independent answers."
        )
        yield make("learning", "conduct", caption, partial(rates.learning, stages, chance))


def _picture(section: str, name: str, part: str, caption: str, figure: Callable[[], Figure]) -> Picture:
    name = f"{file_stem(section)}-{name}"
    return Picture(name=name, section=section, part=part, caption=caption, figure=figure)


def _detection(part: Detection, margin: float | None, make: Any) -> Iterator[Picture]:
    overall = part.overall
    yield make(
        "readers",
        "detection",
        "Real images found by each reader, with Wilson intervals; the diamond is the share of all "
        "answers with its "
        f"interval over readers and cases. Dashed, chance; shaded, the margin of the protocol.{_first(part)}",
        partial(
            rates.forest,
            part.by_reader,
            overall.crossed,
            chance=overall.chance,
            margin=margin,
            label="real images found",
        ),
    )
    curve = overall.equivalence.curve
    if curve:
        caption = "Equivalence with chance: p of two one-sided tests over every margin."
        drawn = partial(rates.equivalence_curve, overall.equivalence, curve)
        yield make("equivalence", "detection", caption, drawn)
    readers = len(part.by_reader)
    caption = "How many readers found the real image of each trial, beside what guessing alone would give."
    yield make(
        "fooled",
        "detection",
        caption,
        partial(rates.fooled, part.by_trial, chance=overall.chance, n_readers=readers),
    )


def _discrimination(document: Document, part: Discrimination, make: Any) -> Iterator[Picture]:
    caption = "How often each source was called synthetic, with intervals over readers and images."
    yield make("sources", "discrimination", caption, partial(rates.confusion, part.by_source))
    readers = [_accuracy(row) for row in part.by_reader]
    caption = (
        "Share of correct calls of each reader, with Wilson intervals, and of all over readers and images."
        f"{_first(part)}"
    )
    # with an uneven mix half of the calls are right only for those who guess evenly
    chance = 0.5 if _even_mix(part.by_reader) else None
    crossed = part.pooled.crossed
    forest = partial(rates.forest, readers, crossed, chance=chance, margin=None, label="correct calls")
    yield make("readers", "discrimination", caption, forest)
    yield from _curves(part, make)
    names = [row.source for row in part.by_source]
    caption = "Which images fooled the readers: share of readers who called each image wrongly."
    yield make("images", "discrimination", caption, partial(rates.fooled_images, part.by_image, names))


def _curves(part: Discrimination, make: Any) -> Iterator[Picture]:
    if isinstance(part.curves, Curves):
        caption = (
            "Receiver operating characteristic of each reader, from call and confidence, and the mean of "
            "their detections at each share of false alarms."
        )
        yield make("roc", "discrimination", caption, partial(curves.roc, part.curves))
    bins = part.confidence.bins if isinstance(part.confidence, ConfidenceCalibration) else ()
    if len(bins) > 1:
        caption = (
            "Calibration of confidence: correct calls at each stated probability, with Wilson intervals, "
            "which assume independent answers."
        )
        yield make("calibration", "discrimination", caption, partial(curves.calibration, bins))


def _first(part: Detection | Discrimination) -> str:
    """What a caption adds where not every reader is drawn."""
    n = len(part.by_reader)
    return f" The first {rates.MOST_READERS} of {n} readers are drawn." if n > rates.MOST_READERS else ""


def _even_mix(by_reader: Sequence[ReaderCalls]) -> bool:
    synthetic = sum(row.hit + row.miss for row in by_reader)
    return synthetic == sum(row.false_alarm + row.correct_rejection for row in by_reader)


def _accuracy(row: ReaderCalls) -> rates.ReaderRate:
    found = row.accuracy_interval
    return rates.ReaderRate(reader=row.reader, rate=row.accuracy, low=found.low, high=found.high)
