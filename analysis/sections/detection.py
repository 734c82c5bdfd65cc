"""pick_real: how often the real image was found, against chance and with an equivalence margin."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.bayes import beta_binomial_bayes_factor
from analysis.bundle import Section, Study
from analysis.crossed import CrossedMean, crossed_equivalence, crossed_rate, equivalence_curve
from analysis.detection import mafc_dprime_interval
from analysis.model_limit import MODEL_ANSWERS
from analysis.proportions import (
    binomial_test,
    clopper_pearson,
    exact_equivalence,
    wilson,
)
from analysis.sections.grid import Grid, as_text, has_values, spread
from analysis.sections.models import choice_model, mixed_model
from analysis.sections.whole import whole

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
) -> dict[str, Any]:
    """Everything about the picks of one section; its ratings tell which source stood where."""
    part: dict[str, Any] = {"position": _position(section, picks)}
    if study.masked:
        return part | {"reason": MASKED}
    part["by_alternative"] = _by_alternative(picks)
    correct = spread(picks, "trial", picks["correct"])
    return {
        "overall": _overall(study, section, correct),
        "by_reader": _by_reader(study, correct),
        "by_trial": _by_trial(correct),
        **part,
        "wrong_picks": _wrong_picks(study, picks),
        "mixed_model": mixed_model(study, picks, limit),
        "choice_model": _choice(study, section, picks, ratings),
    }


def _choice(
    study: Study, section: Section, picks: pd.DataFrame, ratings: pd.DataFrame | None
) -> dict[str, Any]:
    first = _first_slot(picks) if has_values(picks, "slot_picked") else 1
    return choice_model(study, section, picks, ratings, first)


def _overall(study: Study, section: Section, correct: Grid) -> dict[str, Any]:
    answered = correct.values[~np.isnan(correct.values)]
    k, n, chance = int(answered.sum()), len(answered), 1 / (section.alternatives or 2)
    crossed = crossed_rate(correct.values, chance=chance, level=study.level)
    exact = clopper_pearson(k, n, level=study.level)
    return {
        "k": k,
        "n": n,
        "n_missing": correct.n_missing,
        "rate": k / n,
        "chance": chance,
        "crossed": whole(crossed),
        "exact": whole(exact)
        | {
            "p_two_sided": binomial_test(k, n, chance).p,
            "p_greater": binomial_test(k, n, chance, alternative="greater").p,
        },
        "wilson": whole(wilson(k, n, level=study.level)),
        "dprime": whole(mafc_dprime_interval(crossed, section.alternatives or 2)),
        "equivalence": equivalence(crossed, chance, study.detection_margin, k, n),
        "bayes": whole(beta_binomial_bayes_factor(k, n, chance)),
    }


def equivalence(crossed: CrossedMean, chance: float, margin: float | None, k: int, n: int) -> dict[str, Any]:
    """Equivalence with chance on the crossed error, the curve over margins, and the exact one beside it."""
    found: dict[str, Any] = whole(crossed_equivalence(crossed, chance, margin or 1.0))
    if margin is None:
        found |= {"margin": None, "p": None, "p_low": None, "p_high": None, "within": None}
        found["reason"] = found["reason"] or NO_MARGIN
    elif margin < min(chance, 1 - chance):
        found["exact"] = whole(exact_equivalence(k, n, chance, margin))
    if crossed.se and crossed.df is not None:
        found["curve"] = {
            "margin": whole(CURVE_MARGINS),
            "p": whole(equivalence_curve(crossed, chance, CURVE_MARGINS)),
        }
    return found


def _by_reader(study: Study, correct: Grid) -> list[dict[str, Any]]:
    rows = []
    for reader, answers in zip(correct.readers, correct.values, strict=True):
        k, n = int(np.nansum(answers)), int((~np.isnan(answers)).sum())
        interval = wilson(k, n, level=study.level)
        low, high = interval.low, interval.high
        rows.append({"reader": reader, "k": k, "n": n, "rate": k / n, "low": low, "high": high})
    return rows


def _by_trial(correct: Grid) -> list[dict[str, Any]]:
    """Trials from the one that fooled most readers to the one that fooled none."""
    k, n = np.nansum(correct.values, axis=0), (~np.isnan(correct.values)).sum(axis=0)
    order = np.argsort(k / n, kind="stable")
    return [{"trial": correct.cases[c], "k": int(k[c]), "n": int(n[c])} for c in order]


def _by_alternative(picks: pd.DataFrame) -> dict[str, int]:
    counts = picks["picked"].value_counts(sort=False)
    return {str(label): int(count) for label, count in counts.items()}


def _wrong_picks(study: Study, picks: pd.DataFrame) -> dict[str, Any]:
    """Whether wrong picks fell evenly on the other alternatives."""
    wrong = picks[picks["correct"].to_numpy() == 0]
    counts = {
        str(label): int((as_text(wrong, "picked") == label).sum())
        for label in picks["picked"].cat.categories
        if label.rpartition("#")[0] not in study.real_sources and label not in study.real_sources
    }
    return {"counts": counts} | _even(list(counts.values()))


def _even(counts: list[int]) -> dict[str, Any]:
    if len(counts) < 2 or not sum(counts):
        return {"statistic": None, "df": None, "p": None, "reason": "There are no two counts to compare."}
    found = stats.chisquare(counts)
    return {
        "statistic": float(found.statistic),
        "df": len(counts) - 1,
        "p": float(found.pvalue),
        "method": "chi-squared against equal counts, assumes independent answers",
    }


def _position(section: Section, picks: pd.DataFrame) -> dict[str, Any]:
    """Picks over the slots of the screen, and where the real image stood."""
    if not has_values(picks, "slot_picked"):
        reason = "slot_picked was not recorded"
        return {"counts": None, "statistic": None, "df": None, "p": None, "reason": reason}
    alternatives = section.alternatives or 2
    first = _first_slot(picks)
    counts = _slot_counts(picks, "slot_picked", first, alternatives)
    part: dict[str, Any] = {"counts": counts} | _even(counts)
    if has_values(picks, "slot_real"):
        part["real_slots"] = _slot_counts(picks, "slot_real", first, alternatives)
        part["balance"] = _even(part["real_slots"])
        if has_values(picks, "correct"):
            part["correct_by_real_slot"] = _correct_by_slot(picks, first, alternatives)
            part["correctness"] = _correctness(part["correct_by_real_slot"])
    return part


def _correctness(by_slot: list[dict[str, Any]]) -> dict[str, Any]:
    """Whether the real image was found as often in every slot: chi-squared of correct picks over slots."""
    shown = np.array([[row["k"], row["n"] - row["k"]] for row in by_slot if row["n"]])
    if len(shown) < 2 or (shown.sum(axis=0) == 0).any():
        reason = "The real image was found in all or in none, or stood in one slot alone."
        return {"statistic": None, "df": None, "p": None, "reason": reason}
    found = stats.chi2_contingency(shown, correction=False)
    return {
        "statistic": float(found.statistic),
        "df": int(found.dof),
        "p": float(found.pvalue),
        "method": "chi-squared of correct picks over the slots of the real image, "
        "assumes independent answers",
    }


def _first_slot(picks: pd.DataFrame) -> int:
    """Slots are counted from 1, unless a 0 occurs."""
    slots = [picks[name].min() for name in ("slot_picked", "slot_real") if has_values(picks, name)]
    return 0 if min(slots) == 0 else 1


def _slot_counts(picks: pd.DataFrame, column: str, first: int, alternatives: int) -> list[int]:
    slots = picks[column].dropna().to_numpy().astype(int) - first
    return [int(count) for count in np.bincount(slots, minlength=alternatives)[:alternatives]]


def _correct_by_slot(picks: pd.DataFrame, first: int, alternatives: int) -> list[dict[str, Any]]:
    slots = picks["slot_real"].to_numpy() - first
    correct = picks["correct"].to_numpy()
    return [
        {"slot": s + first, "k": int(np.nansum(correct[slots == s])), "n": int((slots == s).sum())}
        for s in range(alternatives)
    ]
