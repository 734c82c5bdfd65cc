"""A value of the protocol as it stands in a control of the form, and back.

What no value can be made of goes into the text as it was typed: there the validator says what is wrong with
it, and nothing typed is lost.
"""

import re
from typing import Any

import tomlkit
from tomlkit.items import Item

from readerstudy.studies.protocol import Asked

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")


def raw_of(asked: Asked) -> str:
    """What the control shows."""
    value = asked.value
    if value is None:
        shown = asked.kind in ("choice", "flag") or bool(asked.allowed and asked.kind == "whole")
        value = asked.default if shown else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return (", " if asked.kind == "wholes" else "\n").join(map(str, value))
    return str(value)


def value_of(asked: Asked, raw: str) -> Any:
    """What goes into the text; None takes the field out."""
    text = raw.strip()
    if asked.kind == "text":
        return raw if raw.strip() or asked.required else None
    if not text:
        return None
    if asked.kind == "whole":
        return int(text) if _WHOLE.fullmatch(text) else text
    if asked.kind == "number":
        return _number(text)
    if asked.kind == "flag":
        return text == "true"
    if asked.kind == "texts":
        return [line.strip() for line in raw.split("\n") if line.strip()]
    if asked.kind == "wholes":
        words = [word for word in re.split(r"[,;\s]+", text) if word]
        return [int(word) for word in words] if all(map(_WHOLE.fullmatch, words)) else text
    return text


def _number(text: str) -> Item | int | str:
    """Written as it was typed, so that 0.10 stays 0.10."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return tomlkit.float_(text.lstrip("+")) if _NUMBER.fullmatch(text) else text
