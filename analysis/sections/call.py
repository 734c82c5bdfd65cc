"""call: one image, real or synthetic. Positive means synthetic throughout."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.grid import Grid, as_text, has_values, spread
from analysis.bundle.study import Study
from analysis.calibration import confidence_calibration, confidence_to_probability
from analysis.crossed import (
    crossed_contrast,
    crossed_difference,
    crossed_mean,
    crossed_rate,
    crossed_stratified,
)
from analysis.document.call import (
    AnyDesign,
    Balanced,
    CalledShare,
    ConfidenceCalibration,
    ConfidenceShare,
    DetectionDifference,
    Discrimination,
    Guessing,
    ImageCalls,
    MaskedDiscrimination,
    NoRoc,
    Pooled,
    ReaderCalls,
    Roc,
    SourceCalls,
)
from analysis.document.common import NoInterval, NotComputed
from analysis.errors import AnalysisError
from analysis.mrmc.auc import mrmc_auc
from analysis.proportions import binomial_test, clopper_pearson, wilson
from analysis.ranks.multiplicity import adjusted
from analysis.roc.auc import Auc, empirical_auc, signed_confidence
from analysis.roc.obuchowski_rockette import obuchowski_rockette
from analysis.sections.call_curves import by_generator, curves
from analysis.sections.call_guessing import guessing
from analysis.sections.call_models import BINORMAL, METACOGNITION, ONE_KIND, confidence_model
from analysis.sections.call_same_cases import case_of_images, matched, same_cases
from analysis.sections.pick_real import MASKED
from analysis.signal_detection import yes_no

MOST_POINTS = 11
ONE_KIND_OF_IMAGE = "All images are of one kind, so being right cannot be told from a habit."


def discrimination(
    study: Study, calls: pd.DataFrame, images: pd.DataFrame | None = None
) -> Discrimination | MaskedDiscrimination:
    """Everything about the calls of one section; `images` may tell which show the same case."""
    called = (calls["call"] == "synthetic").to_numpy().astype(float)
    grid = spread(calls, "image", called)
    if study.masked:
        return MaskedDiscrimination(reason=MASKED, called_synthetic=_of_all(study, grid))
    source = _source_of_images(calls, grid)
    synthetic = np.isin(source, study.synthetic_sources)
    scores = spread(calls, "image", scaled(calls)).values
    one_kind = bool(synthetic.all() or not synthetic.any())
    generators = [name for name in study.synthetic_sources if (source == name).any()]
    case_of = case_of_images(images)
    no_curve = NotComputed(reason=ONE_KIND)
    scale = _confidence(calls, study)
    return Discrimination(
        by_reader=reader_calls(study, scores, grid.values, grid.readers, synthetic),
        pooled=_pooled(study, grid, synthetic),
        balanced=_balanced(study, grid, synthetic),
        equivalence=_equivalence(study, grid, source, synthetic, generators),
        by_source=_by_source(study, calls, grid),
        roc=mean_area(study, scores, synthetic),
        curves=no_curve if one_kind else curves(grid.readers, scores, synthetic),
        by_generator=no_curve if one_kind else by_generator(study, scores, source, generators),
        differences=_differences(study, grid, source, case_of),
        same_cases=same_cases(grid, source, generators, case_of),
        by_image=_by_image(grid, source, synthetic),
        calibration=_calibration(calls, study),
        confidence=scale,
        binormal=confidence_model(BINORMAL, study, grid, scores, synthetic, scale),
        metacognition=confidence_model(METACOGNITION, study, grid, scores, synthetic, scale),
    )


def _of_all(study: Study, grid: Grid) -> CalledShare:
    """How often images were called synthetic, whatever they are."""
    seen = grid.values[~np.isnan(grid.values)]
    interval = crossed_rate(grid.values, level=study.level)
    return CalledShare(k=int(seen.sum()), n=len(seen), rate=float(seen.mean()), crossed=interval)


def _source_of_images(calls: pd.DataFrame, grid: Grid) -> Any:
    pairs = calls[["image", "source"]].drop_duplicates("image")
    of = dict(zip(pairs["image"].astype(object), pairs["source"].astype(object), strict=True))
    return np.array([of[image] for image in grid.cases], dtype=object)


def scaled(calls: pd.DataFrame) -> Any:
    """Confidence with the sign of the call, from surely real to surely synthetic; the call alone without."""
    called = (calls["call"] == "synthetic").to_numpy()
    if not has_values(calls, "confidence"):
        return called.astype(float)
    confidence = calls["confidence"].to_numpy()
    # moved above zero, so that the least sure answers of both kinds stay apart
    return signed_confidence(called, confidence - np.nanmin(confidence) + 1)


def mean_area(study: Study, scores: Floats, synthetic: Any) -> Roc | NoRoc:
    """The readers' mean area over readers and cases (Obuchowski & Rockette 1995; Hillis 2007)."""
    if synthetic.all() or not synthetic.any():
        return NoRoc(reason=ONE_KIND)
    any_design = None if np.isfinite(scores).all() else _any_design(study, scores, synthetic)
    try:
        found = obuchowski_rockette(scores, synthetic, scale="logit", level=study.level)
    except AnalysisError:
        reason = "Every reader scored fewer than two images of each kind in common."
        return NoRoc(reason=reason, any_design=any_design)
    return Roc.extending(found, mean=found.by_condition[0], any_design=any_design)


def _any_design(study: Study, scores: Floats, synthetic: Any) -> AnyDesign | NotComputed:
    """The mean area over all answers where some are missing; a reader weighs as much as he or she read."""
    reader, case = np.nonzero(np.isfinite(scores))
    frame = pd.DataFrame(
        {
            "reader": reader,
            "case": case,
            "truth": np.asarray(synthetic)[case].astype(int),
            "score": scores[reader, case],
        }
    )
    try:
        found = mrmc_auc(frame, level=study.level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))
    return AnyDesign.extending(found.conditions[0].cut(), components=found.components[0].components)


def reader_area(study: Study, scores: Floats, synthetic: Any) -> Auc | NoInterval:
    """One reader's area, where both kinds were scored."""
    seen = ~np.isnan(scores)
    kinds = synthetic[seen]
    if kinds.all() or not kinds.any():
        return NoInterval(reason=ONE_KIND)
    return empirical_auc(scores[seen], kinds, level=study.level)


def reader_calls(
    study: Study, scores: Floats, called: Floats, readers: Sequence[str], synthetic: Any
) -> tuple[ReaderCalls, ...]:
    """Each reader's calls, readers x cases of 0 and 1, against the truth of each case."""
    rows = []
    for reader, answers, sure in zip(readers, called, scores, strict=True):
        seen = ~np.isnan(answers)
        positive, answer = synthetic[seen], answers[seen] == 1
        found = yes_no(
            int((positive & answer).sum()),
            int((positive & ~answer).sum()),
            int((~positive & answer).sum()),
            int((~positive & ~answer).sum()),
            level=study.level,
        )
        rows.append(ReaderCalls.extending(found, reader=reader, auc=reader_area(study, sure, synthetic)))
    return tuple(rows)


def _pooled(study: Study, grid: Grid, synthetic: Any) -> Pooled:
    correct = np.where(np.isnan(grid.values), np.nan, grid.values == synthetic)
    seen = correct[~np.isnan(correct)]
    k, n = int(seen.sum()), len(seen)
    strata = np.where(synthetic, "synthetic", "real")
    return Pooled(
        k=k,
        n=n,
        n_missing=grid.n_missing,
        rate=k / n,
        chance=0.5,
        crossed=crossed_stratified(correct, strata, null=0.5, level=study.level),
        wilson=wilson(k, n, level=study.level),
        exact=clopper_pearson(k, n, level=study.level),
        exact_p=binomial_test(k, n, 0.5).p,
    )


def _balanced(study: Study, grid: Grid, synthetic: Any) -> Balanced | NotComputed:
    """Sensitivity, specificity and their mean, which guessing makes ½ whatever the mix and the bias.

    Pooled accuracy does not: where three images in four are synthetic, calling every image synthetic is
    right three times in four.
    """
    if synthetic.all() or not synthetic.any():
        return NotComputed(reason=ONE_KIND_OF_IMAGE)
    detected, cleared = grid.values[:, synthetic], 1 - grid.values[:, ~synthetic]
    both = crossed_contrast([detected, cleared], [0.5, 0.5], null=0.5, level=study.level, bounds=(0.0, 1.0))
    return Balanced(
        sensitivity=crossed_rate(detected, level=study.level),
        specificity=crossed_rate(cleared, level=study.level),
        rate=both.estimate,
        chance=0.5,
        crossed=both,
    )


def _equivalence(
    study: Study, grid: Grid, source: Any, synthetic: Any, generators: list[str]
) -> Guessing | NotComputed:
    if synthetic.all() or not synthetic.any():
        return NotComputed(reason=ONE_KIND_OF_IMAGE)
    return guessing(study, grid, source, synthetic, generators)


def _by_source(study: Study, calls: pd.DataFrame, grid: Grid) -> tuple[SourceCalls, ...]:
    """How often each source was called synthetic: detections of a generator, false alarms of a real one."""
    source = _source_of_images(calls, grid)
    rows = []
    for name in study.source_names:
        table = grid.values[:, source == name]
        seen = table[~np.isnan(table)]
        if not len(seen):
            continue
        interval = crossed_rate(table, level=study.level)
        rows.append(
            SourceCalls(
                source=name,
                kind=next(s.kind for s in study.sources if s.name == name),
                detected=int(seen.sum()),
                n=len(seen),
                rate=float(seen.mean()),
                low=interval.low,
                high=interval.high,
                crossed=interval,
            )
        )
    return tuple(rows)


def _differences(
    study: Study, grid: Grid, source: Any, case_of: Mapping[str, str]
) -> tuple[DetectionDifference, ...]:
    """Differences of detection rates between generators: common readers, and images nested in generators
    unless every case went through both."""
    present = [name for name in study.synthetic_sources if (source == name).any()]
    rows = []
    for a, b in combinations(present, 2):
        pair = matched(grid, source, a, b, case_of)
        if pair is None:
            found = crossed_difference(
                grid.values[:, source == a], grid.values[:, source == b], level=study.level
            )
        else:
            found = crossed_mean(pair[0] - pair[1], null=0.0, level=study.level, bounds=(-1.0, 1.0))
        rows.append(
            DetectionDifference.extending(found, a=a, b=b, difference=found.estimate, paired=pair is not None)
        )
    held = adjusted([row.p for row in rows])
    return tuple(row.with_(p_holm=p_holm) for row, p_holm in zip(rows, held, strict=True))


def _by_image(grid: Grid, source: Any, synthetic: Any) -> tuple[ImageCalls, ...]:
    """Images from the one most readers got wrong."""
    wrong = np.where(np.isnan(grid.values), np.nan, grid.values != synthetic)
    k, n = np.nansum(wrong, axis=0), (~np.isnan(wrong)).sum(axis=0)
    order = np.argsort(-k / n, kind="stable")
    return tuple(
        ImageCalls(image=grid.cases[c], source=str(source[c]), wrong=int(k[c]), n=int(n[c])) for c in order
    )


def _calibration(calls: pd.DataFrame, study: Study) -> tuple[ConfidenceShare, ...]:
    """Share correct at each confidence."""
    if not has_values(calls, "confidence"):
        return ()
    synthetic = np.isin(as_text(calls, "source"), study.synthetic_sources)
    correct = synthetic == (calls["call"] == "synthetic").to_numpy()
    confidence = calls["confidence"].to_numpy()
    stated = ~np.isnan(confidence)
    correct, confidence = correct[stated], confidence[stated]
    levels = np.unique(confidence)
    if len(levels) > 11:
        edges = np.quantile(levels, np.linspace(0, 1, 11))
        confidence = edges[np.clip(np.searchsorted(edges, confidence), 0, 10)]
        levels = np.unique(confidence)
    return tuple(_share_at(float(c), correct[confidence == c], study.level) for c in levels)


def _share_at(confidence: float, correct: Any, level: float) -> ConfidenceShare:
    k, n = int(correct.sum()), len(correct)
    found = wilson(k, n, level=level)
    return ConfidenceShare(confidence=confidence, k=k, n=n, rate=k / n, low=found.low, high=found.high)


def _confidence(calls: pd.DataFrame, study: Study) -> ConfidenceCalibration | NotComputed:
    """How far confidence meets accuracy, its points spread evenly from chance to certainty."""
    if not has_values(calls, "confidence"):
        return NotComputed(reason="confidence was not asked")
    confidence = calls["confidence"].to_numpy()
    seen = confidence[~np.isnan(confidence)]
    points = int(seen.max())
    if (seen != np.rint(seen)).any() or seen.min() < 1 or not 2 <= points <= MOST_POINTS:
        return NotComputed(reason=f"confidence is no scale of whole points from 1 to {MOST_POINTS} at most")
    synthetic = np.isin(as_text(calls, "source"), study.synthetic_sources)
    right = (synthetic == (calls["call"] == "synthetic").to_numpy()).astype(float)
    stated = confidence_to_probability(confidence, points)
    found = confidence_calibration(stated, right, level=study.level)
    off = spread(calls, "image", stated - right)
    strata = np.isin(_source_of_images(calls, off), study.synthetic_sources)
    gap = crossed_stratified(off.values, strata, null=0.0, level=study.level, bounds=(-1.0, 1.0))
    squared = spread(calls, "image", (stated - right) ** 2).values
    score = crossed_stratified(squared, strata, level=study.level)
    return ConfidenceCalibration.extending(found, points=points, gap=gap, score=score)
