"""A TOML text cut into its tables, so that one can be changed or moved and every other byte stays.

The comment right above a header belongs to its table, and so do its sub-tables.
"""

import re
from dataclasses import dataclass

from readerstudy.studies.errors import ChangeItInTheText

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([\w\-]+)\s*(?:\.\s*([\w\-]+)\s*)?(\.[\w\-\".\s]+|\.\s*\"[^\]]*)?\]")
_QUOTES = ('"""', "'''")


@dataclass
class Block:
    """`path` is "study", "sections[1]", or "" for what stands before the first table.

    In the text of one section it is "items[1]", "staircase", or "" for the section itself.
    """

    path: str
    body: str = ""
    blank: str = ""

    @property
    def name(self) -> str:
        return self.path.partition("[")[0]

    def take(self, line: str) -> None:
        if line.strip():
            self.body += self.blank + line
            self.blank = ""
        else:
            self.blank += line

    def release_comment(self) -> str:
        """Give up the comment lines at the end: they speak of the table that follows."""
        if self.blank:
            return ""
        lines = _LINE.findall(self.body)
        start = len(lines)
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        comment = "".join(lines[start:])
        kept = "".join(lines[:start])
        self.body = kept.rstrip("\r\n \t")
        tail = kept[len(self.body) :]
        first, newline, rest = tail.partition("\n")
        self.body, self.blank = self.body + first + newline, rest
        return comment


def blocks_of(text: str, within: str = "") -> list[Block]:
    """The tables in their order; joined they are the text again. `within` a table: the tables in that."""
    blocks, seen, inside = [Block(path="")], dict[str, int](), ""
    for line in _LINE.findall(text):
        header = None if inside else _HEADER.match(line)
        name = _name(header, within) if header else ""
        if header and name:
            comment = blocks[-1].release_comment()
            blocks.append(Block(path=_path(header[1], name, seen), body=comment))
        blocks[-1].take(line)
        inside = _still_inside(line, inside)
    return blocks


def joined(blocks: list[Block]) -> str:
    return "".join(block.body + block.blank for block in blocks)


def position_of(blocks: list[Block], path: str) -> int:
    for position, block in enumerate(blocks):
        if block.path == path:
            return position
    raise ChangeItInTheText


def drop(blocks: list[Block], path: str) -> None:
    """Remove a table with the empty line before it."""
    at = position_of(blocks, path)
    blocks[at - 1].blank, blocks[at].blank = blocks[at].blank, ""
    del blocks[at]


def swap(blocks: list[Block], path: str, with_path: str) -> None:
    one, other = blocks[position_of(blocks, path)], blocks[position_of(blocks, with_path)]
    one.body, other.body = other.body, one.body


def _name(header: re.Match[str], within: str) -> str:
    """The name of the table that a header begins, if it is one of those asked for."""
    if header[4] or bool(header[3]) != bool(within):
        return ""
    return (header[3] if header[2] == within else "") if within else header[2]


def _path(bracket: str, name: str, seen: dict[str, int]) -> str:
    if bracket == "[":
        return name
    seen[name] = seen.get(name, -1) + 1
    return f"{name}[{seen[name]}]"


def _still_inside(line: str, inside: str) -> str:
    """The quotes of the text of several lines in which the next line stands, if it stands in one."""
    if inside:
        return "" if inside in line else inside
    return next((quote for quote in _QUOTES if line.count(quote) == 1), "")
