"""pick_real: how often the real image was found, against chance and with an equivalence margin."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from analysis.bayes import beta_binomial_bayes_factor
from analysis.bundle.grid import Grid, as_text, has_values, spread
from analysis.bundle.study import Section, Study
from analysis.crossed import CrossedMean, crossed_equivalence, crossed_rate, equivalence_curve
from analysis.document.common import CountTest
from analysis.document.pick_real import (
    ChanceEquivalence,
    Detection,
    EquivalenceCurve,
    ExactShare,
    MaskedDetection,
    Overall,
    Position,
    ReaderShare,
    SlotShare,
    TrialShare,
    WrongPicks,
)
from analysis.model_limit import MODEL_ANSWERS
from analysis.proportions import (
    binomial_test,
    clopper_pearson,
    exact_equivalence,
    wilson,
)
from analysis.sections.margins import undecided
from analysis.sections.pick_models import choice_model, mixed_model
from analysis.signal_detection import mafc_dprime_interval

MASKED = "The bundle is masked: which source is real is not known, so nothing is said about correct picks."
NO_MARGIN = (
    "The study fixed no margin for detection, so equivalence is not decided; read the smallest margin."
)
CURVE_MARGINS = np.linspace(0.005, 0.30, 60)


def detection(
    study: Study,
    section: Section,
    picks: pd.DataFrame,
    ratings: pd.DataFrame | None = None,
    limit: int = MODEL_ANSWERS,
) -> Detection | MaskedDetection:
    """Everything about the picks of one section; its ratings tell which source stood where."""
    position = _position(section, picks)
    if study.masked:
        return MaskedDetection(position=position, reason=MASKED)
    correct = spread(picks, "trial", picks["correct"])
    first = _first_slot(picks) if has_values(picks, "slot_picked") else 1
    return Detection(
        overall=_overall(study, section, correct),
        by_reader=_by_reader(study, correct),
        by_trial=_by_trial(correct),
        position=position,
        by_alternative=_by_alternative(picks),
        wrong_picks=_wrong_picks(study, picks),
        mixed_model=mixed_model(study, picks, limit),
        choice_model=choice_model(study, section, picks, ratings, first),
    )


def _overall(study: Study, section: Section, correct: Grid) -> Overall:
    answered = correct.values[~np.isnan(correct.values)]
    k, n, chance = int(answered.sum()), len(answered), 1 / (section.alternatives or 2)
    crossed = crossed_rate(correct.values, chance=chance, level=study.level)
    exact = clopper_pearson(k, n, level=study.level)
    return Overall(
        k=k,
        n=n,
        n_missing=correct.n_missing,
        rate=k / n,
        chance=chance,
        crossed=crossed,
        exact=ExactShare.extending(
            exact,
            p_two_sided=binomial_test(k, n, chance).p,
            p_greater=binomial_test(k, n, chance, alternative="greater").p,
        ),
        wilson=wilson(k, n, level=study.level),
        dprime=mafc_dprime_interval(crossed, section.alternatives or 2),
        equivalence=equivalence(crossed, chance, study.detection_margin, k, n),
        bayes=beta_binomial_bayes_factor(k, n, chance),
    )


def equivalence(
    crossed: CrossedMean, chance: float, margin: float | None, k: int, n: int
) -> ChanceEquivalence:
    """Equivalence with chance on the crossed error, the curve over margins, and the exact one beside it."""
    found = ChanceEquivalence.extending(crossed_equivalence(crossed, chance, margin or 1.0))
    if margin is None:
        found = undecided(found, NO_MARGIN)
    elif margin < min(chance, 1 - chance):
        found = found.with_(exact=exact_equivalence(k, n, chance, margin))
    if crossed.se and crossed.df is not None:
        p = equivalence_curve(crossed, chance, CURVE_MARGINS)
        curve = EquivalenceCurve(margin=tuple(CURVE_MARGINS.tolist()), p=tuple(p.tolist()))
        found = found.with_(curve=curve)
    return found


def _by_reader(study: Study, correct: Grid) -> tuple[ReaderShare, ...]:
    rows = []
    for reader, answers in zip(correct.readers, correct.values, strict=True):
        k, n = int(np.nansum(answers)), int((~np.isnan(answers)).sum())
        interval = wilson(k, n, level=study.level)
        low, high = interval.low, interval.high
        rows.append(ReaderShare(reader=reader, k=k, n=n, rate=k / n, low=low, high=high))
    return tuple(rows)


def _by_trial(correct: Grid) -> tuple[TrialShare, ...]:
    """Trials from the one that fooled most readers to the one that fooled none."""
    k, n = np.nansum(correct.values, axis=0), (~np.isnan(correct.values)).sum(axis=0)
    order = np.argsort(k / n, kind="stable")
    return tuple(TrialShare(trial=correct.cases[c], k=int(k[c]), n=int(n[c])) for c in order)


def _by_alternative(picks: pd.DataFrame) -> dict[str, int]:
    counts = picks["picked"].value_counts(sort=False)
    return {str(label): int(count) for label, count in counts.items()}


def _wrong_picks(study: Study, picks: pd.DataFrame) -> WrongPicks:
    """Whether wrong picks fell evenly on the other alternatives."""
    wrong = picks[picks["correct"].to_numpy() == 0]
    counts = {
        str(label): int((as_text(wrong, "picked") == label).sum())
        for label in picks["picked"].cat.categories
        if label.rpartition("#")[0] not in study.real_sources and label not in study.real_sources
    }
    return WrongPicks.extending(_even(list(counts.values())), counts=counts)


def _no_test(reason: str) -> CountTest:
    return CountTest(statistic=None, df=None, p=None, reason=reason)


def _even(counts: Sequence[int]) -> CountTest:
    if len(counts) < 2 or not sum(counts):
        return _no_test("There are no two counts to compare.")
    even = sum(counts) / len(counts)
    statistic, df = sum((count - even) ** 2 / even for count in counts), len(counts) - 1
    return CountTest(
        statistic=statistic,
        df=df,
        p=float(special.chdtrc(df, statistic)),
        method="chi-squared against equal counts, assumes independent answers",
    )


def _position(section: Section, picks: pd.DataFrame) -> Position:
    """Picks over the slots of the screen, and where the real image stood."""
    if not has_values(picks, "slot_picked"):
        return Position.extending(_no_test("slot_picked was not recorded"), counts=None)
    alternatives = section.alternatives or 2
    first = _first_slot(picks)
    counts = _slot_counts(picks, "slot_picked", first, alternatives)
    found = Position.extending(_even(counts), counts=counts)
    if has_values(picks, "slot_real"):
        real = _slot_counts(picks, "slot_real", first, alternatives)
        found = found.with_(real_slots=real, balance=_even(real))
        if has_values(picks, "correct"):
            by_slot = _correct_by_slot(picks, first, alternatives)
            found = found.with_(correct_by_real_slot=by_slot, correctness=_correctness(by_slot))
    return found


def _correctness(by_slot: Sequence[SlotShare]) -> CountTest:
    """Whether the real image was found as often in every slot: chi-squared of correct picks over slots."""
    shown = np.array([[row.k, row.n - row.k] for row in by_slot if row.n])
    if len(shown) < 2 or (shown.sum(axis=0) == 0).any():
        return _no_test("The real image was found in all or in none, or stood in one slot alone.")
    expected = shown.sum(axis=1, keepdims=True) * shown.sum(axis=0) / shown.sum()
    statistic, df = float(((shown - expected) ** 2 / expected).sum()), len(shown) - 1
    return CountTest(
        statistic=statistic,
        df=df,
        p=float(special.chdtrc(df, statistic)),
        method="chi-squared of correct picks over the slots of the real image, assumes independent answers",
    )


def _first_slot(picks: pd.DataFrame) -> int:
    """Slots are counted from 1, unless a 0 occurs."""
    slots = [picks[name].min() for name in ("slot_picked", "slot_real") if has_values(picks, name)]
    return 0 if min(slots) == 0 else 1


def _slot_counts(picks: pd.DataFrame, column: str, first: int, alternatives: int) -> tuple[int, ...]:
    slots = picks[column].dropna().to_numpy().astype(int) - first
    return tuple(int(count) for count in np.bincount(slots, minlength=alternatives)[:alternatives])


def _correct_by_slot(picks: pd.DataFrame, first: int, alternatives: int) -> tuple[SlotShare, ...]:
    slots = picks["slot_real"].to_numpy() - first
    correct = picks["correct"].to_numpy()
    return tuple(
        SlotShare(slot=s + first, k=int(np.nansum(correct[slots == s])), n=int((slots == s).sum()))
        for s in range(alternatives)
    )
