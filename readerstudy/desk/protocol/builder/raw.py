"""A value of the protocol as it stands in a control of the form, and back.

What no value can be made of goes into the text as it was typed: there the validator says what is wrong with
it, and nothing typed is lost.
"""

import re
from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.items import Item

from readerstudy.desk.protocol.builder.notation import (
    NUMBER,
    WHOLE,
    lines_of,
    read_conditions,
    read_options,
    read_values,
    read_words,
    written_conditions,
    written_options,
    written_values,
    written_words,
)
from readerstudy.studies.protocol import Asked

#: The language of a protocol that names none.
ALONE = ("en",)
LABELS = "values"


def is_condition(asked: Asked) -> bool:
    return asked.path.endswith("].when")


def is_written(asked: Asked, languages: Sequence[str]) -> bool:
    """Whether what the control shows says all that the text says."""
    if asked.value is None:
        return True
    return bool(value_of(asked, raw_of(asked, languages), languages) == asked.value)


def raw_of(asked: Asked, languages: Sequence[str] = ALONE) -> str:
    """What the control shows."""
    value = asked.value
    if is_condition(asked):
        return written_conditions(value)
    if asked.path == LABELS:
        return written_values(value)
    if asked.kind == "options":
        return written_options(value, languages)
    if value is None:
        shown = asked.kind in ("choice", "flag") or bool(asked.allowed and asked.kind == "whole")
        value = asked.default if shown else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        words = [written_words(one, languages) for one in value]
        return (", " if asked.kind == "wholes" else "\n").join(words)
    return str(value)


def value_of(asked: Asked, raw: str, languages: Sequence[str] = ALONE) -> Any:
    """What goes into the text; None takes the field out."""
    if is_condition(asked):
        return read_conditions(raw)
    if asked.path == LABELS:
        return read_values(raw)
    if asked.kind == "options":
        return read_options(raw, languages)
    if asked.kind == "wordlist":
        return [read_words(line, languages) for line in lines_of(raw)] or None
    return _plain(asked, raw)


def _plain(asked: Asked, raw: str) -> Any:
    """What is one value, or a list of plain ones."""
    text = raw.strip()
    if asked.kind == "none" and text == "true":
        return True
    if asked.kind in ("text", "words", "none"):
        return raw if raw.strip() or asked.required else None
    if not text:
        return None
    if asked.kind == "whole":
        return int(text) if WHOLE.fullmatch(text) else text
    if asked.kind == "number":
        return _number(text)
    if asked.kind == "flag":
        return text == "true"
    if asked.kind in ("texts", "values"):
        return lines_of(raw)
    if asked.kind == "wholes":
        words = [word for word in re.split(r"[,;\s]+", text) if word]
        return [int(word) for word in words] if all(map(WHOLE.fullmatch, words)) else text
    return text


def _number(text: str) -> Item | int | str:
    """Written as it was typed, so that 0.10 stays 0.10."""
    if WHOLE.fullmatch(text):
        return int(text)
    return tomlkit.float_(text.lstrip("+")) if NUMBER.fullmatch(text) else text
