"""All records on one page, by the criteria of the FDA's scorecard for synthetic medical data.

The criteria are those of the public repository DIDSR/ScoreCard: congruence, coverage, constraint,
completeness, compliance, comprehension, consistency, and human-based evaluation, which a reader study gives.
Each says what was measured and what was not.
"""

import base64
import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from generation.errors import OutputError
from generation.evidence import figures
from generation.evidence.reader_study import ReaderStudy, read_study
from generation.evidence.records import claim, plain, read_records, write_text

Records = Mapping[str, list[dict[str, Any]]]
FIDELITY_METRICS = ("kid", "fd", "fid", "class-score", "is")
VARIETY_METRICS = ("precision", "density", "recall", "coverage")


def write_report(
    folders: Sequence[Path],
    out: Path,
    *,
    title: str,
    dataset: Path | None = None,
    study: Path | None = None,
) -> Path:
    """One self-contained HTML file: styles, figures and the sheet of closest pairs are inside."""
    records = read_records(list(folders))
    claim(out.parent)
    read = read_study(study) if study else None
    write_text(out, render(records, title=title, compliance=_compliance(dataset), study=read))
    return out


def render(
    records: Records, *, title: str, compliance: Mapping[str, Any] | None, study: ReaderStudy | None = None
) -> str:
    page = Environment(
        loader=PackageLoader("generation.evidence", "templates"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {"interval": _interval, "p": _p, "percent": _percent, "metric": _metric}
    return page.get_template("evidence.html.j2").render(
        title=title,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        quality=[_quality(record) for record in records["quality"]],
        readers=[
            record | {"figure": figures.readers(record["result"])} for record in records["machine_reader"]
        ],
        fidelity=[_fidelity(record) for record in records["fidelity"]],
        memorization=[_memorization(record) for record in records["memorization"]],
        utility=[
            record | {"figure": figures.arms(record["result"]["arms"])} for record in records["utility"]
        ],
        compliance=compliance,
        study=plain(study) if study else None,
        versions=_versions(records),
    )


def _drawn(record: dict[str, Any], figure: str) -> dict[str, Any]:
    return record | {"figure": figure}


def _quality(record: dict[str, Any]) -> dict[str, Any]:
    metrics = record["result"]["metrics"]
    first = metrics[0]["name"].partition("[")[0]
    return record | {
        "extractor": record["inputs"]["extractor"],
        "controls": record["result"].get("controls"),
        "distances": _rows(metrics, FIDELITY_METRICS),
        "variety": _rows(metrics, VARIETY_METRICS),
        "distance_figure": figures.distances(metrics, first),
        "recall_figure": figures.distances(metrics, "recall"),
        "groups": list(dict.fromkeys(row["group"] for row in metrics)),
    }


def _rows(metrics: Sequence[dict[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    chosen = [row for row in metrics if row["name"].partition("[")[0] in names]
    for row in chosen:
        lower = row["better"] == "lower"
        reached = (
            row["value"]["low"] <= row["floor"]["high"]
            if lower
            else row["value"]["high"] >= row["floor"]["low"]
        )
        row["reached"] = reached
    return chosen


def _fidelity(record: dict[str, Any]) -> dict[str, Any]:
    called, measured = record["result"]["called"], record["result"]["measured"]
    found = dict(record) | {"called": called, "measured": measured}
    if called:
        found["synthetic_table"] = figures.confusion(
            called["synthetic"]["table"], called["classes"], "asked for", "called"
        )
        found["heldout_table"] = figures.confusion(
            called["heldout"]["table"], called["classes"], "label", "called"
        )
    if measured:
        found["figure"] = figures.joint_spaces(measured["grades"])
    return found


def _memorization(record: dict[str, Any]) -> dict[str, Any]:
    sheet = record["folder"] / "pairs.png"
    picture = base64.b64encode(sheet.read_bytes()).decode() if sheet.is_file() else None
    return record | {"figure": figures.closeness(record["result"]["views"]), "picture": picture}


def _versions(records: Records) -> dict[str, str]:
    merged: dict[str, str] = {}
    for found in records.values():
        for record in found:
            merged |= record["versions"]
    return merged


def _compliance(dataset: Path | None) -> dict[str, Any] | None:
    """What a released folder shows of itself: provenance columns, checksums, licence, card."""
    if dataset is None:
        return None
    manifest = dataset / "manifest.csv"
    if not manifest.is_file():
        raise OutputError(f"{dataset} has no manifest.csv. Name the folder that `sample` or `release` wrote.")
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0]) if rows else []
    checkpoints = sorted({row["checkpoint_digest"][:12] for row in rows if row.get("checkpoint_digest")})
    return {
        "folder": dataset.name,
        "images": len(rows),
        "columns": columns,
        "checkpoints": checkpoints,
        "wrong": _wrong_checksums(dataset, rows) if "sha256" in columns else None,
        "licence": _licence(dataset),
        "card": next((path.name for path in sorted(dataset.glob("*.md"))), None),
    }


def _licence(dataset: Path) -> str | None:
    """As `release` wrote it down, or the name of a file that holds it."""
    provenance = dataset / "provenance.json"
    if provenance.is_file():
        try:
            return str(json.loads(provenance.read_text(encoding="utf-8"))["licence"])
        except (ValueError, LookupError, TypeError) as error:
            raise OutputError(f"{provenance} cannot be read ({error}). Run `release` again.") from error
    return next((path.name for path in sorted(dataset.glob("LICEN[CS]E*"))), None)


def _wrong_checksums(dataset: Path, rows: Sequence[Mapping[str, str]]) -> int:
    """How many files are missing or not the ones that the manifest names."""
    wrong = 0
    for row in rows:
        path = dataset / row["file"]
        wrong += not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]
    return wrong


def _interval(value: Mapping[str, Any], digits: int = 3) -> str:
    if value["estimate"] is None:
        return "not defined"
    return f"{value['estimate']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0") if value < 1 else "1"


def _percent(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1%}"


def _metric(name: str) -> str:
    return name.partition("[")[0]
