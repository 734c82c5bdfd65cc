"""check_label: do synthetic images show what their labels say?"""

from typing import Any

import numpy as np
import pandas as pd

from analysis import agreement as coefficients
from analysis.bundle import Study
from analysis.proportions import clopper_pearson
from analysis.ranks import bowker, sign_test, stuart_maxwell
from analysis.sections.grid import Floats, as_text, has_values, spread
from analysis.sections.whole import whole


def label_checks(study: Study, checks: pd.DataFrame) -> dict[str, Any]:
    """Everything about the label checks of one section; real images are reported apart, as the control."""
    real = np.zeros(len(checks), dtype=bool)
    if has_values(checks, "source") and not study.masked:
        real = np.isin(as_text(checks, "source"), study.real_sources)
    if real.all() or not real.any():
        return _reviewed(study, checks)
    return _reviewed(study, checks[~real]) | {"control": _reviewed(study, checks[real])}


def _reviewed(study: Study, checks: pd.DataFrame) -> dict[str, Any]:
    checks = checks.assign(
        case=pd.Categorical(checks["image"].astype(str) + " · " + checks["label"].astype(str)),
        reader=checks["reader"].cat.remove_unused_categories(),
    )
    verdict = as_text(checks, "verdict")
    value = np.where(verdict == "unsure", np.nan, verdict == "discrepant")
    grid = spread(checks, "case", value)
    part: dict[str, Any] = {
        "by_reader": [
            {"reader": reader} | _rate(study, row)
            for reader, row in zip(grid.readers, grid.values, strict=True)
        ],
        "consensus": _consensus(study, grid.values),
        "unsure": int((verdict == "unsure").sum()),
        "by_label": _by_label(study, checks),
    }
    if len(grid.readers) > 1:
        part["between_readers"] = {
            name: whole(coefficient(grid.values, categories=[0, 1], level=study.level))
            for name, coefficient in (
                ("raw", coefficients.raw_agreement),
                ("fleiss", coefficients.fleiss_kappa),
                ("ac1", coefficients.gwet_ac1),
            )
        }
    return part


def _rate(study: Study, discrepant: Floats) -> dict[str, Any]:
    seen = discrepant[~np.isnan(discrepant)]
    k, n = int(seen.sum()), len(seen)
    if n == 0:
        return {"discrepant": 0, "n": 0, "rate": None, "low": None, "high": None, "reason": "all unsure"}
    found = clopper_pearson(k, n, level=study.level)
    return {
        "discrepant": k,
        "n": n,
        "rate": k / n,
        "low": found.low,
        "high": found.high,
        "method": found.method,
    }


def _consensus(study: Study, values: Floats) -> dict[str, Any]:
    """Discrepant where most reviewers said so; a tie counts as discrepant, the cautious reading."""
    said = (~np.isnan(values)).sum(axis=0)
    most = np.where(said > 0, 2 * np.nansum(values, axis=0) >= np.maximum(said, 1), np.nan)
    judged = said > 0
    return _rate(study, np.asarray(most, dtype=float)) | {
        "rule": "majority; a tie counts as discrepant",
        "by_any_reviewer": int((np.nansum(values, axis=0)[judged] > 0).sum()),
        "by_all_reviewers": int((np.nansum(values, axis=0) == said)[judged].sum()),
    }


def _by_label(study: Study, checks: pd.DataFrame) -> list[dict[str, Any]]:
    """Intended against observed, label by label."""
    if not (has_values(checks, "intended") and has_values(checks, "observed")):
        return []
    rows = []
    for label in checks["label"].cat.categories:
        of = checks[((checks["label"] == label) & checks["intended"].notna() & checks["observed"].notna())]
        if len(of):
            rows.append({"label": str(label)} | _intended_observed(study, of))
    return rows


def _intended_observed(study: Study, rows: pd.DataFrame) -> dict[str, Any]:
    intended, observed = as_text(rows, "intended"), as_text(rows, "observed")
    values = sorted(set(intended) | set(observed), key=_by_number)
    place = {value: index for index, value in enumerate(values)}
    a, b = (np.array([place[value] for value in side]) for side in (intended, observed))
    table = np.zeros((len(values), len(values)), dtype=int)
    np.add.at(table, (a, b), 1)
    ordered = all(_is_number(value) for value in values)
    part: dict[str, Any] = {
        "values": [str(value) for value in values],
        "table": whole(table),
        "n": len(rows),
        "agree": int((a == b).sum()),
        "note": "answers of all reviewers together",
    }
    if len(values) > 1:
        for name in ("identity", "linear", "quadratic") if ordered else ("identity",):
            kappa = coefficients.cohen_kappa(
                a, b, categories=list(range(len(values))), weights=name, level=study.level
            )
            part[f"kappa_{name}"] = whole(kappa)
        part["stuart_maxwell"] = whole(stuart_maxwell(table))
        part["bowker"] = whole(bowker(table))
    if ordered:
        numbers = np.array([float(value) for value in values])
        part["direction"] = whole(sign_test(numbers[b], numbers[a]))
    return part


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _by_number(text: str) -> tuple[int, float, str]:
    return (0, float(text), "") if _is_number(text) else (1, 0.0, text)
