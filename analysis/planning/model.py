"""The crossed model that studies are simulated from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, roots_hermitenorm

from analysis.errors import AnalysisError

Task = Literal["pick_real", "call", "rate", "check_label"]
TIE_SHARE = 0.3


class PlanError(AnalysisError):
    """The plan cannot be computed from these numbers; look at the allowed range and ask again."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """logit P(correct) = intercept + reader + case, and what it is held against."""

    task: Task
    intercept: float
    reader_sd: float
    case_sd: float
    chance: float
    margin: float
    accuracy: float
    tie: float


def model_of(
    task: Task, alternatives: int, accuracy: float | None, margin: float, reader_sd: float, case_icc: float
) -> Model:
    """The model whose marginal rate is the accuracy asked for."""
    chance = {"pick_real": 1 / alternatives, "check_label": 0.0}.get(task, 0.5)
    if accuracy is None:
        accuracy = margin / 5 if task == "check_label" else chance
    if not 0 < accuracy < 1:
        raise PlanError(f"accuracy is {accuracy:g}; give a rate above 0 and below 1.")
    if not 0 < margin < 1:
        raise PlanError(f"margin is {margin:g}; give a distance above 0 and below 1.")
    case_sd = float(np.sqrt(case_icc / (1 - case_icc) * np.pi**2 / 3))
    spread = float(np.hypot(reader_sd, case_sd))
    tie = _tie_width(spread) if task == "rate" else 0.0

    def surplus(intercept: float) -> float:
        return _marginal(intercept, spread, tie) - accuracy

    intercept = float(brentq(surplus, -60.0, 60.0))
    return Model(
        task=task,
        intercept=intercept,
        reader_sd=reader_sd,
        case_sd=case_sd,
        chance=chance,
        margin=margin,
        accuracy=accuracy,
        tie=tie,
    )


def _marginal(intercept: float, spread: float, tie: float) -> float:
    """Mean score over readers and cases, by Gauss-Hermite quadrature."""
    nodes, weights = roots_hermitenorm(60)
    eta = intercept + spread * nodes
    score = (expit(eta - tie) + expit(eta + tie)) / 2
    return float(weights @ score / weights.sum())


def _tie_width(spread: float) -> float:
    """Half the width of the band in which two ratings are equal, for the usual share of ties."""

    def surplus(width: float) -> float:
        nodes, weights = roots_hermitenorm(60)
        share = expit(spread * nodes + width) - expit(spread * nodes - width)
        return float(weights @ share / weights.sum()) - TIE_SHARE

    return float(brentq(surplus, 0.0, 40.0))
