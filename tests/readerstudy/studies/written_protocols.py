"""Protocols with one section and its items, to be changed where a test wants them wrong."""

import re
from collections.abc import Mapping

from readerstudy.studies.protocol import examine

#: What is wrong: the text, and each problem as its field and a part of its sentence. `.kind` is that of
#: the first item.
Cases = Mapping[str, tuple[str, Mapping[str, str]]]
HEAD = """\
[study]
title = "Chest radiographs"
seed = 7
languages = ["en", "de"]
[canvas]
width = 64
height = 64
[[sources]]
name = "real"
kind = "real"
[[sources]]
name = "ddpm"
kind = "synthetic"
[[sources]]
name = "gan"
kind = "synthetic"
[[scales]]
name = "five"
points = [1, 2, 3, 4, 5]
labels = ["poor", "fair", "adequate", "good", "excellent"]
[values]
diagnosis = ["normal", "pneumonia", "effusion"]
grade = ["0", "1", "2"]
"""
SINGLES = "compose = { real = 6, ddpm = 6 }"
PAIRS = "show = { real = 1, ddpm = 1 }\ntrials = 6"
PAGE = ""
FIRST_ITEM = "sections[0].items[0]"


def section(fields: str, *items: str, name: str = "one") -> str:
    listed = f"items = [\n{''.join(f'  {{ {item} }},{chr(10)}' for item in items)}]\n" if items else ""
    return f'[[sections]]\nname = "{name}"\n{fields}\n{listed}'


def item(name: str = "q", kind: str = "choice", **fields: str) -> str:
    """An inline item; each field is a TOML value. A choice has two options unless it is given others."""
    if kind == "choice" and "options" not in fields:
        fields["options"] = '["a", "b"]'
    said = {"name": f'"{name}"', "kind": f'"{kind}"', "ask": '"?"'} | {
        key.rstrip("_"): value for key, value in fields.items()
    }
    return ", ".join(f"{key} = {value}" for key, value in said.items() if value)


def asks(*items: str, fields: str = SINGLES) -> str:
    return HEAD + section(fields, *items)


def assert_refused(text: str, expected: Mapping[str, str]) -> None:
    """The text has these problems, each in its line, and no others."""
    expected = {
        f"{FIRST_ITEM}{field}" if field.startswith(".") else field: part for field, part in expected.items()
    }
    lines = text.splitlines()
    problems = examine(text).problems
    found = {problem.field: problem.sentence for problem in problems}
    assert found.keys() == expected.keys()
    for field, part in expected.items():
        assert part in found[field]
    for problem in problems:
        assert problem.line
        line = lines[problem.line - 1]
        last = re.sub(r"\[\d+\]", "", problem.field).rpartition(".")[2]
        assert problem.sentence.startswith("is missing") or last in line or "{" in line
