"""Read patient and labels off the names of files, by a pattern such as `{grade}/{patient}{side:1}.png`.

A part in braces becomes the label of that name, `patient` says who is seen; `:1` is its number of characters.
`*` stands for anything within a name. The pattern describes the end of the path; folders above do not matter.
"""

import re
from dataclasses import dataclass

from readerstudy.imaging.errors import BadNaming
from readerstudy.imaging.manifest import PATIENT, Row

_PART = re.compile(r"\{(?P<name>\w+)(:(?P<length>[1-9][0-9]?))?\}|(?P<any>\*)")


@dataclass(frozen=True)
class Naming:
    """Raises BadNaming for a pattern that names nothing."""

    pattern: str

    def __post_init__(self) -> None:
        names = [part["name"] for part in _PART.finditer(self.pattern) if part["name"]]
        rest = _PART.sub("", self.pattern)
        if not names or len(set(names)) != len(names) or set("{}") & set(rest):
            raise BadNaming(f"{self.pattern!r} is no pattern of names. {BadNaming.__doc__}")

    def row_of(self, file: str) -> Row | None:
        """What a file's name says; None if it does not follow the pattern."""
        found = self._expression().fullmatch(file)
        if found is None:
            return None
        labels = {name: value for name, value in found.groupdict().items() if value}
        return Row(file=file, patient=labels.pop(PATIENT, ""), labels=labels)

    def _expression(self) -> re.Pattern[str]:
        made, end = r"(?:.*/)?", 0
        for part in _PART.finditer(self.pattern):
            made += re.escape(self.pattern[end : part.start()])
            many = f"{{{part['length']}}}" if part["length"] else "+"
            made += r"[^/]*" if part["any"] else f"(?P<{part['name']}>[^/]{many})"
            end = part.end()
        return re.compile(made + re.escape(self.pattern[end:]))
