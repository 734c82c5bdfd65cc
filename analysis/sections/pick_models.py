"""Models of the picks: a logistic mixed model of finding the real image, and what makes a reader pick."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.arrays import Floats
from analysis.bundle.grid import as_text, codes_of, has_values
from analysis.bundle.study import Section, Study
from analysis.choice import NoChoiceModelError, conditional_logit
from analysis.crossed import t_quantile
from analysis.document.common import NotComputed
from analysis.document.pick_real import ChoiceModel, PickModel
from analysis.mixed.crossed import TooManyLevelsError
from analysis.mixed.fit import fit_logistic
from analysis.mixed.result import Coefficient, MixedModel
from analysis.mixed.search import UnfittedError
from analysis.model_limit import MODEL_ANSWERS, too_many

INSTEAD = "the crossed interval carries readers and cases at any size"


def mixed_model(study: Study, picks: pd.DataFrame, limit: int = MODEL_ANSWERS) -> PickModel | NotComputed:
    """logit P(correct) = intercept + reader + trial, both random."""
    if reason := too_many(len(picks), limit, "picks", INSTEAD):
        return NotComputed(reason=reason)
    groups = {"reader": codes_of(picks, "reader"), "trial": codes_of(picks, "trial")}
    design = np.empty((len(picks), 0))
    try:
        model = fit_logistic(picks["correct"].to_numpy(), design, [], groups, level=study.level)
    except (UnfittedError, TooManyLevelsError) as error:
        return NotComputed(reason=str(error))
    return PickModel(
        intercept=_on_levels(model, study.level),
        random=model.random,
        components=model.component_tests(),
        log_likelihood=model.log_likelihood,
        n=model.n,
        method=model.method,
        notes=model.notes,
    )


def _on_levels(model: MixedModel, level: float) -> Coefficient:
    """The intercept with Student's t on one less than the levels of the smallest factor.

    A normal interval holds 91% where eight readers differ, because their variance is hardly known.
    """
    found = model.fixed[0]
    df = min(factor.levels for factor in model.random) - 1
    if found.se is None or found.z is None or df < 1:
        return found
    reach = t_quantile(df, level) * found.se
    return found.with_(
        df=float(df),
        p=float(2 * special.stdtr(df, -abs(found.z))),
        low=found.estimate - reach,
        high=found.estimate + reach,
    )


def choice_model(
    study: Study, section: Section, picks: pd.DataFrame, ratings: pd.DataFrame | None, first_slot: int
) -> ChoiceModel | NotComputed:
    """Conditional logit of the pick on source and position, errors robust to readers.

    Where the ratings tell which source stood where, each source has its effect against the first real one;
    else the effect is that of being real.
    """
    if not (has_values(picks, "slot_picked") and has_values(picks, "slot_real")):
        return NotComputed(reason="slot_picked and slot_real were not recorded")
    alternatives = section.alternatives or 2
    complete = picks[picks[["slot_picked", "slot_real"]].notna().all(axis=1)]
    chosen = complete["slot_picked"].to_numpy().astype(int) - first_slot
    layout = _layout(complete, ratings, alternatives, first_slot)
    if layout is None:
        names = ["real"]
        real = complete["slot_real"].to_numpy().astype(int) - first_slot
        of_source = (np.arange(alternatives) == real[:, None])[..., None].astype(float)
    else:
        reference = next((s for s in study.real_sources if (layout == s).any()), study.source_names[0])
        names = [name for name in study.source_names if name != reference and (layout == name).any()]
        of_source = np.stack([layout == name for name in names], axis=-1).astype(float)
    positions = np.broadcast_to(np.eye(alternatives)[:, 1:], (len(chosen), alternatives, alternatives - 1))
    design: Floats = np.concatenate([of_source, positions], axis=-1)
    labels = [*names, *(f"position {s + first_slot}" for s in range(1, alternatives))]
    try:
        found = conditional_logit(
            design, chosen, labels, clusters=as_text(complete, "reader"), level=study.level
        )
    except NoChoiceModelError as error:
        return NotComputed(reason=str(error))
    return ChoiceModel(
        coefficients=found,
        reference=f"position {first_slot}" if layout is None else f"{reference}, position {first_slot}",
        n=len(chosen),
        method="conditional logit, errors robust to readers",
    )


def _layout(
    picks: pd.DataFrame, ratings: pd.DataFrame | None, alternatives: int, first_slot: int
) -> Any | None:
    """Which source stood in which slot of each presentation, where the ratings tell for all."""
    if ratings is None or not has_values(ratings, "slot"):
        return None
    row_of = {
        pair: row
        for row, pair in enumerate(zip(as_text(picks, "reader"), as_text(picks, "trial"), strict=True))
    }
    layout = np.full((len(picks), alternatives), None, dtype=object)
    shown = zip(
        as_text(ratings, "reader"),
        as_text(ratings, "trial"),
        ratings["slot"].to_numpy(),
        as_text(ratings, "source"),
        strict=True,
    )
    for reader, trial, slot, source in shown:
        row = row_of.get((reader, trial))
        if row is not None and first_slot <= slot < first_slot + alternatives:
            layout[row, int(slot) - first_slot] = source
    return None if (layout == None).any() else layout  # noqa: E711 - elementwise
