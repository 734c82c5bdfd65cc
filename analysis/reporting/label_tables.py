"""The tables of label checks."""

from collections.abc import Callable, Iterator
from typing import Any

from analysis.reporting.columns import CHECKS, LABELS, Row

Make = Callable[..., Any]


def label_tables(part: Row, make: Make) -> Iterator[Any]:
    """Discrepancies by reviewer, of real images too, and what was intended against what was observed."""
    yield make("checks", "label_checks", "Discrepant labels, by reviewer", CHECKS, part["by_reader"])
    control = part.get("control")
    if control:
        title = "Discrepant labels of real images, the control, by reviewer"
        yield make("control", "label_checks", title, CHECKS, control["by_reader"])
    rows = [row for label in part["by_label"] for row in _intended_observed(label)]
    if rows:
        note = "Rows of all reviewers together assume independent answers."
        yield make("labels", "label_checks", "Intended against observed, by label", LABELS, rows, note=note)


def _intended_observed(label: Row) -> Iterator[Row]:
    """One reviewer after the other, all together, and what two of them observed."""
    together = [dict(label) | {"reader": "all"}] if len(label["by_reader"]) > 1 else []
    for row in (*label["by_reader"], *together):
        yield {
            "label": label["label"],
            "what": f"intended – {row['reader']}",
            "n": row["n"],
            "agree": row["agree"],
            "p_direction": (row.get("direction") or {}).get("p"),
            "p_margins": (row.get("stuart_maxwell") or {}).get("p"),
            "p_symmetry": (row.get("bowker") or {}).get("p"),
            **_kappas(row),
        }
    for pair in label["between_readers"]:
        what = f"{pair['a']} – {pair['b']}"
        yield {"label": label["label"], "what": what, "n": pair["n"], **_kappas(pair)}


def _kappas(row: Row) -> Row:
    """Cohen's kappa, and the quadratic one with its interval where the values are numbers."""
    weighted = row.get("kappa_quadratic") or {}
    plain = row.get("kappa_identity") or {}
    return {
        "kappa": plain.get("estimate"),
        "kappa_low": plain.get("low"),
        "kappa_high": plain.get("high"),
        "kappa_quadratic": weighted.get("estimate"),
        "low": weighted.get("low"),
        "high": weighted.get("high"),
    }
