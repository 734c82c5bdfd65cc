"""Change one thing in the text of a protocol and leave every other byte, comment and order as they are.

Each change is proven on what the text then says; a text that cannot be changed so is left alone.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Table

from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol.blocks import Block, blocks_of, drop, joined, swap
from readerstudy.studies.protocol.rewrite_items import add_item, remove_item, swap_items
from readerstudy.studies.protocol.written import as_item, as_lines, dumped, parsed

#: The order in which tables stand in a protocol; a new one takes its place among them.
ORDER = (
    *("", "study", "canvas", "sources", "scale", "scales", "values", "labels", "margins", "questions"),
    *("display", "reading", "presets", "sections", "arms", "endpoints", "looks"),
)
_PATH = re.compile(r"(?P<table>(?P<name>\w+)(\[(?P<index>\d+)\])?)\.(?P<keys>.+)")
_KEY = re.compile(r"\[(\d+)\]|([^.\[]+)")
Keys = list[str | int]
Values = dict[str, Any]


def put(text: str, path: str, value: Any) -> str:
    """Set a field, such as `study.seed` or `sections[1].items[0].ask`; None removes it."""
    place = _PATH.fullmatch(path)
    if place is None:
        raise ValueError(f"{path!r} is no field of a protocol.")
    keys = _keys(place["keys"])

    def say(values: Values) -> None:
        table = values.setdefault(place["name"], {})
        _set(table[int(place["index"])] if place["index"] else table, keys, value)

    blocks = _cut(text)
    block = _found(blocks, place["table"])
    if block is None and not place["index"]:
        block = _insert(blocks, Block(path=place["table"], body=f"[{place['table']}]\n"))
    if block is None:
        raise ChangeItInTheText
    block.body = _put_in_block(block, keys, value)
    return _proven(text, blocks, say)


def add(text: str, name: str, values: Mapping[str, Any]) -> str:
    """Append a table to a list of tables, such as `sections` or `sections[1].items`."""
    blocks = _cut(text)
    if "." in name:
        block = _section(blocks, name)
        block.body = add_item(block.body, values)
    else:
        _insert(blocks, Block(path=f"{name}[]", body=f"[[{name}]]\n{as_lines(values)}"))
    return _proven(text, blocks, lambda said: _list_in(said, name).append(dict(values)))


def remove(text: str, path: str) -> str:
    """Remove a table from a list of tables, such as `sections[1]` or `sections[1].items[0]`."""
    name, index = _listed(path)
    blocks = _cut(text)
    if "." in name:
        block = _section(blocks, name)
        block.body = remove_item(block.body, index)
    else:
        drop(blocks, path)

    def say(values: Values) -> None:
        listed = _list_in(values, name)
        del listed[index]
        if not listed:
            around, _, last = name.rpartition(".")
            del (_container(values, around) if around else values)[last]

    return _proven(text, blocks, say)


def move(text: str, path: str, by: int) -> str:
    """Move a table up or down its list, by so many places."""
    name, index = _listed(path)
    blocks = _cut(text)
    step = 1 if by > 0 else -1
    for here in range(index, index + by, step):
        if "." in name:
            block = _section(blocks, name)
            block.body = swap_items(block.body, here, here + step)
        else:
            swap(blocks, f"{name}[{here}]", f"{name}[{here + step}]")

    def say(values: Values) -> None:
        listed = _list_in(values, name)
        listed.insert(index + by, listed.pop(index))

    return _proven(text, blocks, say)


def _keys(path: str) -> Keys:
    return [int(found[1]) if found[1] else found[2] for found in _KEY.finditer(path)]


def _container(values: Values, path: str) -> Any:
    table: Any = values
    for key in _keys(path):
        table = table[key]
    return table


def _list_in(values: Values, name: str) -> list[Any]:
    """The list of tables of that name, such as `sections` or `sections[1].items`."""
    around, _, last = name.rpartition(".")
    found: list[Any] = (_container(values, around) if around else values).setdefault(last, [])
    return found


def _section(blocks: list[Block], name: str) -> Block:
    """The block in which a list such as `sections[1].items` stands."""
    block = _found(blocks, name.removesuffix(".items"))
    if block is None or not name.endswith(".items"):
        raise ChangeItInTheText
    return block


def _listed(path: str) -> tuple[str, int]:
    name, bracket, index = path.removesuffix("]").rpartition("[")
    if not bracket or not path.endswith("]"):
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


def _put_in_block(block: Block, keys: Keys, value: Any) -> str:
    """The text of a table with one field set; an item in a table of its own is rewritten alone."""
    inner = blocks_of(block.body, block.name)
    own = _found(inner, f"{keys[0]}[{keys[1]}]") if len(keys) > 2 else None
    if own is None:
        return _rewritten(block.body, [block.name, 0], keys, value)
    own.body = _rewritten(own.body, [block.name, str(keys[0]), 0], keys[2:], value)
    return joined(inner)


def _rewritten(body: str, root: Keys, keys: Keys, value: Any) -> str:
    try:
        document = parsed(body)
        table: Any = document
        for key in root:
            table = table[key] if isinstance(key, str) or isinstance(table, AoT) else table
        _put(table, keys, value)
        return dumped(document, body)
    except (TOMLKitError, TypeError, ValueError, LookupError) as error:
        raise ChangeItInTheText from error


def _put(container: Any, keys: Keys, value: Any) -> None:
    first, *rest = keys
    inner = container[first] if isinstance(first, int) else container.get(first)
    if not rest:
        _set(container, keys, None if value is None else as_item(value))
    elif isinstance(inner, Table | AoT | Array):
        _put(inner, rest, value)
    else:
        # An inline table is written anew: one with a gap where a key was looks torn.
        plain = {} if inner is None else inner.unwrap()
        _set(plain, rest, value)
        container[first] = as_item(plain)


def _set(table: Any, keys: Keys, value: Any) -> None:
    for key in keys[:-1]:
        table = table[key] if isinstance(key, int) else table.setdefault(key, {})
    if value is not None:
        table[keys[-1]] = value
    elif isinstance(keys[-1], str) and keys[-1] in table:
        del table[keys[-1]]


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
