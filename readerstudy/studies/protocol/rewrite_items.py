"""Add, remove and move the items of a section in its text, tables of their own or inline ones in a list."""

from collections.abc import Mapping
from typing import Any

from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol.blocks import Block, blocks_of, drop, joined, swap
from readerstudy.studies.protocol.written import as_item, as_lines, dumped, parsed

INDENT = "  "


def add_item(body: str, values: Mapping[str, Any]) -> str:
    document, inline = _inline(body)
    if inline is not None:
        made = as_item(dict(values))
        if "\n" in inline.as_string():
            inline.add_line(made, indent=INDENT, newline=True)
        else:
            inline.append(made)
        return dumped(document, body)
    end = "\r\n" if "\r\n" in body else "\n"
    table = f"[[sections.items]]\n{as_lines(values)}".replace("\n", end)
    blocks = blocks_of(body, "sections")
    at = max((i for i, block in enumerate(blocks) if block.name == "items"), default=len(blocks) - 1)
    before = blocks[at]
    new = Block(path="items[]", body=table, blank=before.blank)
    before.blank = end
    blocks.insert(at + 1, new)
    return joined(blocks)


def remove_item(body: str, index: int) -> str:
    document, inline = _inline(body)
    if inline is not None:
        if len(inline) == 1:
            del document["sections"][0]["items"]
        else:
            _checked(inline, index)
            del inline[index]
        return dumped(document, body)
    blocks = blocks_of(body, "sections")
    drop(blocks, f"items[{index}]")
    return joined(blocks)


def swap_items(body: str, index: int, to: int) -> str:
    document, inline = _inline(body)
    if inline is not None:
        _checked(inline, index, to)
        inline[index], inline[to] = inline[to], inline[index]
        return dumped(document, body)
    blocks = blocks_of(body, "sections")
    swap(blocks, f"items[{index}]", f"items[{to}]")
    return joined(blocks)


def _inline(body: str) -> tuple[Any, Array | None]:
    """The parsed section, and its items if they are a list of inline tables."""
    try:
        document = parsed(body)
        items = document["sections"][0].get("items")
    except (TOMLKitError, LookupError, TypeError, AttributeError) as error:
        raise ChangeItInTheText from error
    return document, items if isinstance(items, Array) else None


def _checked(items: Array, *indexes: int) -> None:
    if not all(0 <= index < len(items) for index in indexes):
        raise ChangeItInTheText
