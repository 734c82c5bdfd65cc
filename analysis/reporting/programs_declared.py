"""What study.json says of the programs that read: model, version, prompt and repeats."""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.document import Document

#: Keys of `programs` in study.json, with their words.
DECLARED = {
    "model": "model {}",
    "version": "version {}",
    "prompt_digest": "prompt with digest {}",
    "repeats": "times each question was asked: {}",
}


def declared_programs(document: Document) -> list[Mapping[str, Any]]:
    """The programs that study.json lists."""
    found = document.study.raw.get("programs")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def is_declared(document: Document, key: str) -> bool:
    """Whether study.json says this of every program that read."""
    known = sum(bool(entry.get(key)) for entry in declared_programs(document))
    return 0 < (document.study.program_readers or 0) <= known


def program_provenance(document: Document) -> Iterator[tuple[str, str]]:
    """A line a program."""
    for entry in declared_programs(document):
        said = [words.format(entry[key]) for key, words in DECLARED.items() if entry.get(key)]
        if said:
            yield f"program {entry.get('reader', '')}".rstrip(), ", ".join(said)
