"""Values as they are written into a protocol."""

import re
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Item


def as_toml(value: Any) -> str:
    return as_item(value).as_string()


def as_lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {as_toml(value)}\n" for key, value in values.items())


def as_item(value: Any) -> Item:
    if isinstance(value, dict):
        pairs = ", ".join(f"{tomlkit.key(key).as_string()} = {as_toml(one)}" for key, one in value.items())
        made: Item = tomlkit.value(f"{{ {pairs} }}" if pairs else "{}")
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        made = tomlkit.value(f"[{', '.join(map(as_toml, value))}]")
    elif isinstance(value, str) and "\n" in value:
        made = tomlkit.string(value, multiline=True)
    else:
        made = tomlkit.item(value)
    return made


def parsed(body: str) -> TOMLDocument:
    return tomlkit.parse(body)


def dumped(document: TOMLDocument, like: str) -> str:
    """Return the text of a changed document, with the line ends of the one it was made from."""
    body = tomlkit.dumps(document)
    return re.sub(r"(?<!\r)\n", "\r\n", body) if "\r\n" in like else body
