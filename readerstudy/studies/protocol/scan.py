"""Where in a TOML text its tables, fields and elements begin. The text is TOML: tomllib has read it."""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
  | (?P<comment>\#[^\n]*)
  | (?P<line>\n)
  | (?P<mark>[\[\]{},=.])
  | (?P<word>[^\s\[\]{},=.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


class Place(NamedTuple):
    """Something with a path, such as `study.seed` or `sections[1].items[0]`; `header` is "", "[" or "[["."""

    path: str
    line: int
    start: int
    header: str = ""


class _Token(NamedTuple):
    kind: str
    text: str
    line: int
    start: int


def places_of(text: str) -> list[Place]:
    """Return every table, field and element of a list, in the order of the text."""
    return list(_Scanner(text).places())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.table = ""
        self.lists: dict[str, int] = {}

    def places(self) -> Iterator[Place]:
        while self.at < len(self.tokens):
            if self._next.kind == "line":
                self.at += 1
            elif self._next.text == "[":
                yield from self._header()
            else:
                path = yield from self._key(self.table)
                yield from self._value(path)

    @property
    def _next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("line", "\n", 0, 0)

    def _take(self) -> _Token:
        token = self._next
        self.at += 1
        return token

    def _header(self) -> Iterator[Place]:
        first = self._take()
        second = self._next
        is_list = second.text == "[" and second.start == first.start + 1
        parts = []
        while self._next.kind != "line":
            token = self._take()
            if token.kind != "mark":
                parts.append(_bare(token))
        self.table = ""
        for number, part in enumerate(parts, start=1):
            self.table = _joined(self.table, part)
            if is_list and number == len(parts):
                self.lists[self.table] = self.lists.get(self.table, -1) + 1
                yield Place(self.table, first.line, first.start)
            if self.table in self.lists:
                self.table += f"[{self.lists[self.table]}]"
        yield Place(self.table, first.line, first.start, "[[" if is_list else "[")

    def _key(self, path: str) -> Generator[Place, None, str]:
        while self._next.text != "=" and self._next.kind != "line":
            token = self._take()
            if token.kind != "mark":
                path = _joined(path, _bare(token))
                yield Place(path, token.line, token.start)
        self.at += 1
        return path

    def _value(self, path: str) -> Iterator[Place]:
        """Walk through a value, however deep its lists and tables go, without recursion."""
        stack: list[tuple[str, str, int]] = []
        while True:
            opening = self._next.text if self._next.kind == "mark" else ""
            if opening in ("[", "{"):
                self.at += 1
                stack.append((opening, path, 0))
            else:
                self._scalar(inside=bool(stack))
            while stack:
                self._skip_lines()
                mark, around, index = stack.pop()
                if self._next.text == ",":
                    self.at += 1
                    self._skip_lines()
                if self._next.text in ("]", "}") and self._next.kind == "mark":
                    self.at += 1
                    continue
                stack.append((mark, around, index + 1))
                if mark == "[":
                    path = f"{around}[{index}]"
                    yield Place(path, self._next.line, self._next.start)
                else:
                    path = yield from self._key(around)
                break
            if not stack:
                return

    def _scalar(self, *, inside: bool) -> None:
        while self.at < len(self.tokens) and self._next.kind != "line":
            if inside and self._next.kind == "mark" and self._next.text in ",]}":
                return
            self.at += 1

    def _skip_lines(self) -> None:
        while self.at < len(self.tokens) and self._next.kind == "line":
            self.at += 1


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind, said = found.lastgroup or "", found[0]
        if kind != "comment":
            yield _Token(kind, said, line, found.start())
        line += said.count("\n")


def _bare(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "text" else token.text


def _joined(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part
