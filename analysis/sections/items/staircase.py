"""How long readers have to see an image: thresholds from a section whose exposure follows a staircase."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import as_text
from analysis.bundle.items import Item
from analysis.bundle.study import Section
from analysis.document.common import NotComputed
from analysis.document.staircase import ExposureStep, Staircase
from analysis.errors import AnalysisError
from analysis.psychometric import LAPSE, converges_to, thresholds
from analysis.sections.items.asked import Asked, asked

NO_TIMES = "No answer tells its exposure, so there is no threshold."
NOT_JUDGED = "The bundle does not tell which answers were right, so there is no threshold."
MOST_STEPS = 12


def staircase(bundle: Bundle, section: Section) -> Staircase | NotComputed | None:
    """The threshold of each reader and of all; None where the section has no staircase."""
    rule = section.staircase
    item = section.item(str(rule.get("item"))) if rule else None
    one = asked(bundle, section, item) if item else None
    if item is None or one is None:
        return None
    exposure = _exposure(one)
    if exposure is None:
        return NotComputed(reason=NO_TIMES)
    right = _right(one)
    if right is None:
        return NotComputed(reason=NOT_JUDGED)
    known = np.isfinite(exposure) & (exposure > 0) & np.isfinite(right)
    guess = _guess(one, item)
    try:
        target = min(max(_target(rule), guess + 0.01), 1 - LAPSE - 0.01)
        found = thresholds(
            as_text(one.rows, "reader")[known],
            exposure[known],
            right[known],
            target=target,
            guess=guess,
            level=bundle.study.level,
        )
    except AnalysisError as error:
        return NotComputed(reason=str(error))
    return Staircase.extending(found, item=item.name, steps=_steps(exposure[known], right[known]))


def _exposure(one: Asked) -> Floats | None:
    """The exposure of each answer in ms: as the rule asked for, else as it was measured."""
    for name in ("exposure_ms", "shown_ms"):
        if name in one.rows and one.rows[name].notna().any():
            return one.rows[name].to_numpy(dtype=float)
    return None


def _right(one: Asked) -> Floats | None:
    """Whether each answer was right; of a pick only the row of the image that was picked says it."""
    right = one.correct
    if right is not None and one.item.kind == "pick":
        return np.where(one.numbers == 1, right, np.nan)
    return right


def _guess(one: Asked, item: Item) -> float:
    """How often one is right who sees nothing."""
    if item.kind == "choice" and item.options:
        return 1 / len(item.options)
    if item.kind == "pick":
        shown = one.rows.groupby(["reader", "trial"], observed=True).size()
        return float((1 / shown).mean())
    return 0.0


def _target(rule: Mapping[str, Any]) -> float:
    """The share of right answers that the rule settles at."""
    down, up = int(rule.get("down", 1)), int(rule.get("up", 1))
    down_ms, up_ms = float(rule.get("down_ms", 1)), float(rule.get("up_ms", 1))
    return converges_to(down=down, down_ms=down_ms, up=up, up_ms=up_ms)


def _steps(exposure: Floats, right: Floats) -> tuple[ExposureStep, ...]:
    """Shares of right answers over the exposures; many exposures are gathered into twelfths."""
    levels = np.unique(exposure)
    if len(levels) > MOST_STEPS:
        edges = np.unique(np.quantile(exposure, np.linspace(0, 1, MOST_STEPS + 1)))
        place = np.clip(np.searchsorted(edges, exposure, side="right") - 1, 0, len(edges) - 2)
    else:
        place = np.searchsorted(levels, exposure)
    return tuple(
        ExposureStep(
            exposure_ms=float(np.exp(np.log(exposure[place == step]).mean())),
            k=int(right[place == step].sum()),
            n=int((place == step).sum()),
        )
        for step in np.unique(place)
    )
