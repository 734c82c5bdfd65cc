"""The appendix that compares the numbers with those of other programs."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from analysis.reporting.columns import CROSS_CHECK
from analysis.reporting.tables import Table
from analysis.reporting.words import listed


def cross_check_sentences(found: Mapping[str, Any]) -> list[str]:
    """How many numbers agree, with whom, and which do not."""
    programs = [f"{name} {version}" for name, version in found["programs"].items()]
    who = listed(programs) if programs else "pandas alone"
    sentences = [
        (
            f"The bundle was read and analysed again in a process of its own by {who}: {found['agree']} of "
            f"{found['of']} numbers agree to within {found['within']:g}."
        )
    ]
    apart = [f"{row['statistic']} ({row['program']})" for row in found["rows"] if not row["agrees"]]
    if apart:
        sentences.append(f"Different: {listed(apart)}.")
    if found["missing"]:
        sentences.append(f"Not installed, so not asked: {listed(found['missing'])}.")
    return sentences


def cross_check_table(found: Mapping[str, Any]) -> Table:
    """Each number of the report beside that of the other program."""
    rows = [
        SimpleNamespace(**row, apart=None if row["difference"] is None else f"{row['difference']:.0e}")
        for row in found["rows"]
    ]
    return Table(
        name="cross-check",
        section="",
        part="cross_check",
        title="The same numbers from other programs",
        columns=CROSS_CHECK,
        rows=rows,
        most=200,
    )
