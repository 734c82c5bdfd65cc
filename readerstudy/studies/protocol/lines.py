"""Find the line of a TOML text in which a field stands, for messages that point at it."""

import re

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([\w\-\".]+)\s*\]")
_KEY = re.compile(r"^\s*([\w\-]+|\"[^\"]+\")\s*=")
_QUOTES = ('"""', "'''")


class Lines:
    """Line numbers by path: `study.seed`, `sections[1].task`, or a table itself: `sections[1]`."""

    def __init__(self, text: str) -> None:
        self._found: dict[str, int] = {}
        seen: dict[str, int] = {}
        table, inside = "", ""
        for number, line in enumerate(text.splitlines(), start=1):
            if inside:
                inside = "" if inside in line else inside
                continue
            if header := _HEADER.match(line):
                table = self._table(header[1], header[2], seen)
                self._found.setdefault(table, number)
            elif key := _KEY.match(line):
                name = key[1].strip('"')
                self._found.setdefault(f"{table}.{name}" if table else name, number)
                inside = next((quote for quote in _QUOTES if line.count(quote) == 1), "")

    @staticmethod
    def _table(bracket: str, name: str, seen: dict[str, int]) -> str:
        if bracket != "[[":
            return name
        index = seen.get(name, 0)
        seen[name] = index + 1
        return f"{name}[{index}]"

    def of(self, path: str) -> int | None:
        """The line of a path, or of the nearest table around it."""
        while path:
            if path in self._found:
                return self._found[path]
            path = path.rpartition(".")[0]
        return None
