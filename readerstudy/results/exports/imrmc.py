"""Calls with confidence as the iMRMC software reads them (readerID, caseID, modalityID, score)."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

Row = tuple[str, str, str, float]
#: What iMRMC calls the reader of the rows that hold the truth.
TRUTH = "-1"


def write_imrmc(folder: Path) -> list[Path]:
    """One file a section of calls, beside the bundle in `folder`. A masked bundle has no truth to write."""
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    calls = folder / "calls.csv"
    if study["masked"] or not calls.exists():
        return []
    kinds = {source["name"]: source["kind"] for source in study["sources"]}
    written = []
    for section in study["sections"]:
        if section["task"] == "call":
            path = folder / f"{section['name']}.imrmc"
            _write(path, study["title"], partial(_rows, calls, section["name"], kinds))
            written.append(path)
    return written


def _rows(calls: Path, section: str, kinds: dict[str, str]) -> Iterator[Row]:
    """Truth once for each case, then the signed confidence of each answer: positive means synthetic."""
    seen: set[str] = set()
    with calls.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["section"] != section or row["repeat_of"] or "1" in (row["catch"], row["disclosed"]):
                continue
            if row["image"] not in seen:
                seen.add(row["image"])
                yield (TRUTH, row["image"], "truth", float(kinds[row["source"]] == "synthetic"))
            sign = 1.0 if row["call"] == "synthetic" else -1.0
            yield (row["reader"], row["image"], "reading", sign * float(row["confidence"] or 1))


def _write(path: Path, title: str, rows: Callable[[], Iterator[Row]]) -> None:
    """The header counts readers and cases, so that the rows are walked through twice and never held."""
    cases, readers = Counter[float](), set()
    for reader, _, _, score in rows():
        if reader == TRUTH:
            cases[score] += 1
        else:
            readers.add(reader)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{title}\n")
        stream.write(f"NR: {len(readers)}\n")
        stream.write(f"N0: {cases[0.0]}\n")
        stream.write(f"N1: {cases[1.0]}\n")
        stream.write("NM: 1\n\nBEGIN DATA:\n")
        csv.writer(stream, lineterminator="\n").writerows(rows())
