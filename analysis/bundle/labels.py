"""The words for labels of images and for their values, from ``study.json``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.bundle.errors import BundleError, quoted
from analysis.bundle.study_json import FILE


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label in words: its title, and texts by value. A value without a text stands for itself."""

    name: str
    title: str
    words: Mapping[str, str]

    def word(self, value: str) -> str:
        return self.words.get(value, value)


def in_words(name: str) -> str:
    """Return the name of a label as it is printed where it has no title: skin_tone as skin tone."""
    return name.replace("_", " ")


def read_labels(document: Mapping[str, Any]) -> dict[str, Label]:
    """Return the labels that have a title or words, by name."""
    entries = document.get("labels") or []
    if not isinstance(entries, list):
        raise BundleError(FILE, f"{quoted(entries)} is not a list", "write a list of labels", column="labels")
    labels = [_label(entry, f"labels[{index}]") for index, entry in enumerate(entries)]
    return {label.name: label for label in labels}


def _label(entry: Any, column: str) -> Label:
    words = (entry.get("words") or {}) if isinstance(entry, dict) else None
    if isinstance(words, dict):
        texts = [entry.get("name"), entry.get("title"), *words.values()]
        if all(isinstance(text, str) and text.isprintable() for text in texts):
            return Label(name=texts[0], title=texts[1], words=words)
    remedy = "write an object with name, title and words, which has a line of text for each value"
    raise BundleError(FILE, f"{quoted(entry)} is no label in words", remedy, column=column)
