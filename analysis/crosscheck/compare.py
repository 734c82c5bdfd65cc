"""Run other programs on a bundle, and compare their numbers with the report's."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError

AGREES_WITHIN = 1e-6
SECONDS = 600


class CrossCheckError(AnalysisError):
    """The other programs could not be run; install readerstudy[crosscheck], or leave out --cross-check."""


def cross_check(folder: str | Path, document: Mapping[str, Any]) -> dict[str, Any]:
    """Compare every number that another installed program can compute.

    Parameters
    ----------
    folder
        The bundle. The other programs read its files themselves.
    document
        The report's document.

    Returns
    -------
    dict
        ``rows`` (section, statistic, program, ours, theirs, difference, agrees, note), ``agree`` and ``of``,
        the versions of the ``programs``, and those that are ``missing``.
    """
    command = [sys.executable, "-m", "analysis.crosscheck.peers", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter on a module of this package
            command, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CrossCheckError(
            f"The other programs took more than {SECONDS} seconds; leave out --cross-check."
        ) from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise CrossCheckError(f"The other programs stopped with {last!r}; leave out --cross-check.")
    found = json.loads(done.stdout)
    compared = (_compared(document, row) for row in found["rows"])
    # what neither program gives, as where all answers are alike, is no number to agree on
    rows = [row for row in compared if row["ours"] is not None or row["theirs"] is not None]
    return {
        "rows": rows,
        "agree": sum(row["agrees"] for row in rows),
        "of": len(rows),
        "within": AGREES_WITHIN,
        "programs": found["programs"],
        "missing": found["missing"],
    }


def _compared(document: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    ours, theirs = look_up(document["sections"][row["section"]], row["path"]), row["value"]
    if ours is None or theirs is None:
        difference, agrees = None, False
    else:
        difference = ours - theirs
        agrees = abs(difference) <= AGREES_WITHIN * max(1.0, abs(theirs))
    return {key: row[key] for key in ("section", "statistic", "program", "note")} | {
        "ours": ours,
        "theirs": theirs,
        "difference": difference,
        "agrees": bool(agrees),
    }


def look_up(part: Any, path: Sequence[Any]) -> Any:
    """Follow keys, and in lists the first entry whose fields have the values that are asked for."""
    for step in path:
        if isinstance(step, Mapping):
            part = next((e for e in part if all(e.get(k) == v for k, v in step.items())), None)
        else:
            part = part.get(step)
        if part is None:
            return None
    return part
