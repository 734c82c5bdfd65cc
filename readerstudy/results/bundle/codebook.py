"""Describe every column of a bundle."""

import csv
from pathlib import Path

from readerstudy.results.bundle import concerns
from readerstudy.results.bundle.item_tables import COLUMNS as OF_ITEMS
from readerstudy.results.bundle.selects import SELECTS

MEANINGS = {
    "section": "The part of the study the answer belongs to.",
    "reader": "Pseudonym of the reader, the same in every table.",
    "trial": "What was on the screen; a hidden repeat ends in -again.",
    "order": "Position in this reader's reading of the section, from 1.",
    "picked": "The alternative taken for the real one: its source, #2 and so on where there are several.",
    "correct": "1 if the real image was picked, 0 if not.",
    "slot_picked": "Place on the screen that was picked, from 1. Empty where there is none.",
    "slot_real": "Place on the screen of the real image, from 1.",
    "response_ms": "Milliseconds from first paint to submission, by the reader's clock.",
    "repeat_of": "The trial this one repeats; empty if it is shown for the first time.",
    "catch": "1 if the trial held an obvious fake.",
    "disclosed": "1 if one of the trial's images was disclosed in an emergency; it does not count.",
    "image": "Pseudonym of the image, the same in every table.",
    "source": "Where the image comes from.",
    "slot": "Place on the screen, from 1.",
    "rating": "Point of the scale in study.json.",
    "call": "real or synthetic.",
    "confidence": "Steps from 1, unsure, upwards. Empty where the protocol asks for none.",
    "label": "Name of the label that was checked.",
    "intended": "Its value as the image was made or collected for.",
    "observed": "Its value as the reader saw it. Empty where the reader gave none.",
    "verdict": "fits, discrepant or unsure.",
    "tag": "What gave the image away, in the protocol's words.",
    "x": "Pixel column of the spot, from the left edge.",
    "y": "Pixel row of the spot, from the upper edge.",
}

#: What columns mean in the tables of items, where they mean something else or are new.
OF_ITEM_TABLES = {
    "answers.csv": {
        "screen": "The kind of screen, where the section has several by name.",
        "image": "Pseudonym of the image. Empty where a whole screen or the section was asked about.",
        "source": "Where the image comes from. Empty where a screen has several sources.",
        "item": "Name of the question in study.json.",
        "option": "The option that the row is about, where several can be chosen.",
        "value": "The answer. Of images or options 1 or 0, of a rank the place, of marks their count.",
        "other": "What the reader wrote instead of an option, or beside the options.",
        "confidence": "Steps from 1, unsure, upwards. Empty where the item asks for none.",
        "correct": "1 if the answer agrees with the truth, 0 if not. Empty where there is none.",
        "truth": "What is true of all images of a screen that was asked about. Else images.csv says it.",
        "missing": "Why there is no answer: skip, time (too late) or left (optional and passed over).",
        "slot": "Place on the screen, from 1. Empty where a whole screen or the section was asked about.",
        "exposure_ms": "How long the images were to be shown. Empty where they stayed.",
        "shown_ms": "How long they were shown, as the browser measured.",
    },
    concerns.FILE: {
        "image": "Pseudonym of the image that is meant. Empty where the whole screen is.",
        "kind": "What is wrong: missing, view, personal, text, question or other.",
        "text": "What the reader wrote.",
    },
    "marks.csv": {
        "item": "Name of the question in study.json, a mark or a measure.",
        "number": "The points of an answer in the order in which they were set, from 1.",
        "frame": "Frame of the point, from 1. Empty on stills.",
        "x": "Pixel column of the point, from the left edge.",
        "y": "Pixel row of the point, from the upper edge.",
        "confidence": "Steps from 1, unsure, upwards. Empty where the item asks for none.",
    },
}

#: What the columns of a masked bundle mean instead.
MASKED_MEANINGS = {
    "trial": "What was on the screen, numbered for this bundle; a hidden repeat ends in -again.",
    "picked": "The letter of the image taken for the real one. All readers of a trial share its letters.",
    "image": "Where a screen shows several images, trial and letter. Else a pseudonym of this section alone.",
    "response_ms": "Milliseconds from first paint to submission, in steps: 1400 stands for 1 to 2 s, "
    "3200 for 2 to 5 s, 7100 for 5 to 10 s, and so on by ten.",
    "source": "The letter of the source. The same letter is another source in another section.",
    "observed": "What the reader saw where the verdict is discrepant. Empty where the reader gave nothing.",
}


def write_codebook(folder: Path, *, masked: bool) -> Path:
    """Write codebook.csv for the tables in a folder."""
    path = folder / "codebook.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("file", "column", "meaning"))
        for name in (*SELECTS, *OF_ITEMS, concerns.FILE):
            if (folder / name).exists():
                meant = {**MEANINGS, **OF_ITEM_TABLES.get(name, {}), **(MASKED_MEANINGS if masked else {})}
                writer.writerows((name, column, meant[column]) for column in _columns(folder / name))
    return path


def _columns(table: Path) -> list[str]:
    with table.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))
