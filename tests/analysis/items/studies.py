"""A small study that asks an item of every kind, written as the platform writes its bundles."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

READERS = tuple(f"R{r}" for r in range(1, 7))
COLUMNS = (
    *("section", "reader", "trial", "screen", "image", "source", "item", "option", "value", "other"),
    *("confidence", "correct", "missing", "slot", "order", "response_ms", "exposure_ms", "shown_ms"),
    *("repeat_of", "catch"),
)
MARK_COLUMNS = (
    *("section", "reader", "trial", "image", "source", "item", "number", "frame", "x", "y"),
    "confidence",
)
DIAGNOSES = ("normal", "pneumonia", "effusion")
SOURCES = ("real", "ddpm")
FIVE = {"points": [1, 2, 3, 4, 5], "labels": ["poor", "excellent"]}


def options(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "text": value.capitalize()} for value in values]


QUALITY = {"name": "quality", "kind": "scale", "of": "image", "ask": "Technical quality", "scale": FIVE}
DIAGNOSIS = {
    "name": "diagnosis",
    "kind": "choice",
    "of": "image",
    "ask": "Most likely diagnosis",
    "options": options(*DIAGNOSES),
    "truth": "diagnosis",
    "positive": ["pneumonia", "effusion"],
    "margin": 0.2,
    "confidence": 5,
}
PHASE_1: list[dict[str, Any]] = [
    QUALITY,
    DIAGNOSIS,
    {"name": "view", "kind": "choice", "of": "image", "ask": "Projection", "options": options("pa", "ap")},
    {
        "name": "signs",
        "kind": "choices",
        "of": "image",
        "ask": "What do you see?",
        "options": options("noise", "blur", "text"),
    },
    {
        "name": "age",
        "kind": "number",
        "of": "image",
        "ask": "Estimated age",
        "unit": "years",
        "truth": "age",
        "within": 5,
        "margin": 4,
    },
    {"name": "width", "kind": "measure", "of": "image", "ask": "Width", "unit": "mm", "what": "distance"},
    {
        "name": "lesions",
        "kind": "mark",
        "of": "image",
        "ask": "Mark every nodule",
        "truth": "nodules",
        "within": 6,
        "none": "No nodule",
        "confidence": 5,
    },
    {"name": "notes", "kind": "text", "of": "image", "ask": "Anything else?", "required": False},
    {"name": "unusual", "kind": "text", "of": "section", "ask": "Did you notice anything unusual?"},
]
STUDY: dict[str, Any] = {
    "title": "Every kind of item",
    "sources": [{"name": "real", "kind": "real"}, {"name": "ddpm", "kind": "synthetic"}],
    "margins": {},
    "sections": [
        {"name": "phase-1", "task": "ask", "items": PHASE_1},
        {"name": "phase-2", "task": "ask", "reuse": "phase-1", "items": [QUALITY, DIAGNOSIS]},
        {
            "name": "pairs",
            "task": "ask",
            "items": [
                {
                    "name": "better",
                    "kind": "prefer",
                    "of": "trial",
                    "ask": "Which would you rather read?",
                    "none": "No preference",
                },
                {"name": "order", "kind": "rank", "of": "trial", "ask": "Order by realism"},
                {"name": "odd", "kind": "pick", "of": "trial", "ask": "Which is made?", "target": "ddpm"},
            ],
        },
    ],
}


class Writer:
    """Gathers the rows of answers.csv and marks.csv."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.marks: list[dict[str, Any]] = []

    def add(self, section: str, reader: str, trial: str, item: str, value: Any, **more: Any) -> None:
        row = {"section": section, "reader": reader, "trial": trial, "item": item, "value": value}
        self.answers.append(row | more)

    def save(self, folder: Path) -> None:
        for name, columns, rows in (
            ("answers.csv", COLUMNS, self.answers),
            ("marks.csv", MARK_COLUMNS, self.marks),
        ):
            with (folder / name).open("w", newline="") as stream:
                writer = csv.DictWriter(stream, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)


def images(rng: np.random.Generator, n: int = 12) -> list[dict[str, Any]]:
    """So many images of each source, with their labels; half of them have nodules."""
    found = []
    for source in SOURCES:
        for i in range(n):
            points = rng.integers(20, 200, (1 + i % 2, 2)).tolist() if i % 2 else []
            found.append(
                {
                    "image": f"{source}-{i}",
                    "source": source,
                    "diagnosis": DIAGNOSES[i % 3],
                    "age": int(rng.integers(30, 80)),
                    "nodules": "; ".join(f"{x} {y}" for x, y in points),
                }
            )
    return found


def write_study(folder: Path, *, seed: int = 1, program: bool = False, **changes: Any) -> Path:
    """Write a study of six readers that asks every kind of item; the same seed writes the same study."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    shown, rows = images(rng), Writer()
    readers = [*READERS, *(["P1"] if program else [])]
    ability = dict(zip(readers, rng.normal(0, 0.4, len(readers)), strict=True))
    for reader in readers:
        for section, late in (("phase-1", 0.0), ("phase-2", 0.5)):
            places = rng.permutation(len(shown))
            for order, place in enumerate(places):
                one = shown[place]
                at = {
                    "image": one["image"],
                    "source": one["source"],
                    "order": order + 1,
                    "response_ms": int(rng.integers(2000, 9000)),
                    "slot": "A",
                }
                _image(rows, rng, section, reader, f"{section}-T{place}", one, ability[reader] + late, at)
        rows.add("phase-1", reader, "", "unusual", "Nothing\nunusual" if rng.random() < 0.5 else "Grid lines")
        for t in range(20):
            _pair(rows, rng, reader, f"pairs-T{t}", t, ability[reader])
    rows.save(folder)
    (folder / "study.json").write_text(json.dumps(STUDY | changes))
    with (folder / "images.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(shown[0]))
        writer.writeheader()
        writer.writerows(shown)
        writer.writerows({"image": f"pair-{s}-{t}", "source": s} for s in SOURCES for t in range(20))
    lines = ["reader,program", *(f"{reader},{int(reader == 'P1')}" for reader in readers)]
    (folder / "readers.csv").write_text("\n".join(lines) + "\n")
    return folder


def _image(
    rows: Writer,
    rng: np.random.Generator,
    section: str,
    reader: str,
    trial: str,
    one: Mapping[str, Any],
    skill: float,
    at: Mapping[str, Any],
) -> None:
    """Every image item of one screen, the first image's age skipped by the first reader."""
    made = one["source"] == "ddpm"
    quality = int(np.clip(np.round(3.4 - 0.6 * made + rng.normal(0, 0.9)), 1, 5))
    rows.add(section, reader, trial, "quality", quality, **at)
    right = rng.random() < 1 / (1 + np.exp(-(1.0 + skill - 0.5 * made)))
    said = one["diagnosis"] if right else str(rng.choice([d for d in DIAGNOSES if d != one["diagnosis"]]))
    sure = int(rng.integers(1, 6))
    rows.add(section, reader, trial, "diagnosis", said, correct=int(right), confidence=sure, **at)
    if section != "phase-1":
        return
    rows.add(section, reader, trial, "view", "pa" if rng.random() < 0.6 else "ap", **at)
    for option, share in (("noise", 0.2 + 0.3 * made), ("blur", 0.3), ("text", 0.1)):
        rows.add(section, reader, trial, "signs", int(rng.random() < share), option=option, **at)
    age = round(one["age"] + rng.normal(1 + skill, 4), 1)
    if reader == "R1" and one["image"] == "real-0":
        rows.add(section, reader, trial, "age", "", missing="skip", **at)
    else:
        rows.add(section, reader, trial, "age", age, correct=int(abs(age - one["age"]) <= 5), **at)
    rows.add(section, reader, trial, "width", round(120 + 0.5 * one["age"] + rng.normal(0, 3), 2), **at)
    _marks(rows, rng, (section, reader, trial), one, at)
    if rng.random() < 0.2:
        rows.add(section, reader, trial, "notes", "blurred, perhaps made", **at)
    else:
        rows.add(section, reader, trial, "notes", "", missing="left", **at)


def _marks(
    rows: Writer,
    rng: np.random.Generator,
    place: tuple[str, str, str],
    one: Mapping[str, Any],
    at: Mapping[str, Any],
) -> None:
    section, reader, trial = place
    truths = [tuple(map(int, point.split())) for point in str(one["nodules"]).split("; ") if point]
    points = [(x + 1, y - 1, int(rng.integers(2, 6))) for x, y in truths if rng.random() < 0.75]
    if rng.random() < 0.3:
        points.append((int(rng.integers(220, 250)), 230, int(rng.integers(1, 4))))
    rows.add(section, reader, trial, "lesions", len(points), **at)
    for number, (x, y, sure) in enumerate(points, start=1):
        mark = {"section": section, "reader": reader, "trial": trial, "item": "lesions", "number": number}
        named = {"image": one["image"], "source": one["source"], "x": x, "y": y, "confidence": sure}
        rows.marks.append(mark | named)


def _pair(rows: Writer, rng: np.random.Generator, reader: str, trial: str, t: int, skill: float) -> None:
    """One screen of two images: preference, order and pick."""
    shown = [("real", f"pair-real-{t}"), ("ddpm", f"pair-ddpm-{t}")]
    best = "none" if rng.random() < 0.15 else ("real" if rng.random() < 0.65 else "ddpm")
    first = "real" if rng.random() < 0.7 else "ddpm"
    found = "ddpm" if rng.random() < 0.6 + 0.1 * skill else "real"
    for slot, (source, image) in zip("AB", shown, strict=True):
        at = {"image": image, "source": source, "slot": slot, "order": t + 1, "screen": ""}
        rows.add("pairs", reader, trial, "better", int(source == best), **at)
        rows.add("pairs", reader, trial, "order", 1 if source == first else 2, **at)
        right = int(found == "ddpm")
        rows.add("pairs", reader, trial, "odd", int(source == found), correct=right, **at)
