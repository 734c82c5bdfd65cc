"""Change one thing in the text of a protocol and leave every other byte, comment and order as they are.

Each change is proven on what the text then says; a text that cannot be changed so is left alone.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Item, Table

from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol.blocks import Block, blocks_of, joined

#: The order in which tables stand in a protocol; a new one takes its place among them.
ORDER = ("", "study", "canvas", "sources", "scale", "margins", "questions", "display", "reading", "sections")
_PATH = re.compile(r"(?P<table>(?P<name>\w+)(\[(?P<index>\d+)\])?)\.(?P<keys>.+)")
Values = dict[str, Any]


def put(text: str, path: str, value: Any) -> str:
    """Set a field, such as `study.seed` or `sections[1].compose.real`; None takes it out."""
    place = _PATH.fullmatch(path)
    if place is None:
        raise ValueError(f"{path!r} is no field of a protocol.")
    keys = place["keys"].split(".")

    def say(values: Values) -> None:
        table = values.setdefault(place["name"], {})
        _set(table[int(place["index"])] if place["index"] else table, keys, value)

    blocks = _cut(text)
    block = _found(blocks, place["table"])
    if block is None and not place["index"]:
        block = _insert(blocks, Block(path=place["table"], body=f"[{place['table']}]\n"))
    if block is None:
        raise ChangeItInTheText
    block.body = _rewritten(block, keys, value)
    return _proven(text, blocks, say)


def add(text: str, name: str, values: Mapping[str, Any]) -> str:
    """A table more at the end of a list of tables, such as `sections`."""
    lines = "".join(f"{key} = {_item(value).as_string()}\n" for key, value in values.items())
    blocks = _cut(text)
    _insert(blocks, Block(path=f"{name}[]", body=f"[[{name}]]\n{lines}"))
    return _proven(text, blocks, lambda said: said.setdefault(name, []).append(dict(values)))


def remove(text: str, path: str) -> str:
    """Take a table out of a list of tables, such as `sections[1]`."""
    name, index = _listed(path)
    blocks = _cut(text)
    at = _position(blocks, path)
    blocks[at - 1].blank, blocks[at].blank = blocks[at].blank, ""
    del blocks[at]

    def say(values: Values) -> None:
        del values[name][index]
        if not values[name]:
            del values[name]

    return _proven(text, blocks, say)


def move(text: str, path: str, by: int) -> str:
    """Move a table up or down its list."""
    name, index = _listed(path)
    blocks = _cut(text)
    one = blocks[_position(blocks, path)]
    other = blocks[_position(blocks, f"{name}[{index + by}]")]
    one.body, other.body = other.body, one.body

    def say(values: Values) -> None:
        values[name].insert(index + by, values[name].pop(index))

    return _proven(text, blocks, say)


def _listed(path: str) -> tuple[str, int]:
    name, bracket, index = path.rstrip("]").partition("[")
    if not bracket:
        raise ChangeItInTheText
    return name, int(index)


def _cut(text: str) -> list[Block]:
    blocks = blocks_of(text)
    last = blocks[-1]
    if last.body and not last.body.endswith("\n"):
        last.body += "\n"
    return blocks


def _found(blocks: list[Block], path: str) -> Block | None:
    return next((block for block in blocks if block.path == path), None)


def _position(blocks: list[Block], path: str) -> int:
    for position, block in enumerate(blocks):
        if block.path == path:
            return position
    raise ChangeItInTheText


def _insert(blocks: list[Block], new: Block) -> Block:
    """Behind the last table that belongs before it, an empty line between them."""
    rank = ORDER.index(new.name)
    at = max(i for i, block in enumerate(blocks) if block.name in ORDER[: rank + 1])
    before = blocks[at]
    follows = at + 1 < len(blocks)
    new.blank = (before.blank or "\n") if follows else before.blank
    if before.body:
        before.blank = "\n"
    blocks.insert(at + 1, new)
    return new


def _rewritten(block: Block, keys: list[str], value: Any) -> str:
    crlf = "\r\n" in block.body
    try:
        document = tomlkit.parse(block.body)
        table: Any = document[block.name]
        table = table[0] if isinstance(table, AoT) else table
        if len(keys) > 1 and not isinstance(table.get(keys[0]), Table):
            # An inline table is written anew: one with a gap where a key was looks torn.
            inner = dict(table.get(keys[0], {}))
            _set(inner, keys[1:], value)
            keys, value = keys[:1], inner
        _set(table, keys, None if value is None else _item(value))
        body = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, ValueError) as error:
        raise ChangeItInTheText from error
    return re.sub(r"(?<!\r)\n", "\r\n", body) if crlf else body


def _set(table: Any, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        table = table.setdefault(key, {})
    if value is not None:
        table[keys[-1]] = value
    elif keys[-1] in table:
        del table[keys[-1]]


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        pairs = ", ".join(
            f"{tomlkit.key(key).as_string()} = {_item(one).as_string()}" for key, one in value.items()
        )
        made: Item = tomlkit.value(f"{{ {pairs} }}" if pairs else "{}")
    elif isinstance(value, str) and "\n" in value:
        made = tomlkit.string(value, multiline=True)
    else:
        made = tomlkit.item(value)
    return made


def _proven(old: str, blocks: list[Block], say: Callable[[Values], object]) -> str:
    """The new text, if it says what the old one said but for the change."""
    new = joined(blocks)
    if old and not old.endswith("\n"):
        new = new.removesuffix("\n").removesuffix("\r")
    wanted = deepcopy(tomllib.loads(old))
    try:
        say(wanted)
        is_so = tomllib.loads(new) == wanted
    except (tomllib.TOMLDecodeError, LookupError, TypeError, AttributeError) as error:
        raise ChangeItInTheText from error
    if not is_so:
        raise ChangeItInTheText
    return new
