"""The report as a PDF, set by typst with the fonts it brings along."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import typst

from analysis.errors import AnalysisError
from analysis.reporting.checklist import OTHERS
from analysis.reporting.figures.files import PRINT_TYPE
from analysis.reporting.figures.style import set_in
from analysis.reporting.numbered import Numbered
from analysis.reporting.outline import Outline, PartOutline


class TypesettingError(AnalysisError):
    """The PDF could not be set; save the other formats, and report the study that did it."""


def typeset(report: Outline, *, columns: int = 1) -> bytes:
    """Set an outline as a PDF with page numbers, in one column or in two."""
    figures = {
        f"figure-{entry.number}.svg": set_in(entry.of.svg, PRINT_TYPE).encode()
        for entry in report.all_figures
    }
    files = {
        "main.typ": _template(),
        "report.json": json.dumps(_content(report) | {"columns": columns}, ensure_ascii=False).encode(),
        **figures,
    }
    try:
        made = typst.compile(  # type: ignore[call-overload]  # its stubs leave out a dict of files
            files, format="pdf", ignore_system_fonts=True, timestamp=0
        )
    except RuntimeError as error:
        raise TypesettingError(f"The PDF could not be set ({error}); save the other formats.") from None
    return bytes(made)


@cache
def _template() -> bytes:
    return resources.files("analysis.reporting").joinpath("templates/report.typ").read_bytes()


def _content(report: Outline) -> dict[str, Any]:
    """The outline as plain text, so that nothing in a bundle is ever read as typst."""
    return {
        "title": report.title,
        "notice": report.notice,
        "running-head": report.running_head,
        "facts": report.facts,
        "brief": report.brief,
        "methods": report.methods,
        "endpoints": _part(report.endpoints),
        "sections": [
            {
                "name": section.name,
                "parts": [_part(part) for part in section.parts],
                "conduct": _part(section.conduct),
            }
            for section in report.sections
        ],
        "readers": [{key: _shown(value) for key, value in row.items()} for row in report.readers[:60]],
        "more-readers": max(0, len(report.readers) - 60),
        "checklist": [[i.guideline, i.item, i.asks, i.where] for i in report.checklist],
        "checklist-note": OTHERS,
        "cross-check": _part(report.cross_check) if report.cross_check else None,
        "provenance": [(word, _breakable(value)) for word, value in report.provenance],
    }


def _breakable(value: str) -> str:
    """A digest with places where a line may end."""
    return "\u200b".join(value[at : at + 16] for at in range(0, len(value), 16))


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _part(part: PartOutline) -> dict[str, Any]:
    return {
        "title": part.title,
        "sentences": part.sentences,
        "figures": [{"number": f.number, "caption": f.of.caption} for f in part.figures],
        "tables": [_table(entry) for entry in part.tables],
    }


def _table(entry: Numbered) -> Mapping[str, Any]:
    table = entry.of
    more = f" {table.left_out} more rows are in {table.name}.csv." if table.left_out else ""
    return {
        "number": entry.number,
        "title": table.title,
        "headings": [column.heading for column in table.filled_columns],
        "right": [column.is_number for column in table.filled_columns],
        "rows": [[column.shown(row) for column in table.filled_columns] for row in table.printed],
        "note": (table.note + more).strip(),
    }
