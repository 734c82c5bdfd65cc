"""Read patient and labels off the names of files, by a pattern such as `{grade}/{patient}{side:1}.png`.

A part in braces becomes the label of that name, `patient` says who is seen; `:1` is its number of characters.
`*` stands for anything within a name. The pattern describes the end of the path; folders above do not matter.
"""

import re
from dataclasses import dataclass

from readerstudy.imaging.errors import BadNaming
from readerstudy.imaging.manifest import PATIENT, Row, one_spelling

_PART = re.compile(r"\{(?P<name>\w+)(:(?P<length>[1-9][0-9]?))?\}|(?P<any>\*)")
#: Parts of any length are tried at every length: more of them, or longer names, would take days.
MOST_OPEN_PARTS = 5
LONGEST_NAME = 255


@dataclass(frozen=True)
class Naming:
    """Raises BadNaming for a pattern that names nothing."""

    pattern: str

    def __post_init__(self) -> None:
        pattern = one_spelling(self.pattern)
        names = [part["name"] for part in _PART.finditer(pattern) if part["name"]]
        rest = _PART.sub("", pattern)
        nameable = all(name.isidentifier() for name in names)
        if not names or not nameable or len(set(names)) != len(names) or set("{}") & set(rest):
            raise BadNaming(f"{self.pattern!r} is no pattern of names. {BadNaming.__doc__}")
        parts = (list(_PART.finditer(name)) for name in self.pattern.split("/"))
        if any(sum(not part["length"] for part in one) > MOST_OPEN_PARTS for one in parts):
            raise BadNaming(
                f"{self.pattern!r} has more than {MOST_OPEN_PARTS} parts of any length in one name. "
                "Say how long some of them are: {side:1}."
            )

    def row_of(self, file: str) -> Row | None:
        """What a file's name says; None if it does not follow the pattern."""
        short = all(len(part) <= LONGEST_NAME for part in file.split("/"))
        found = self._expression().fullmatch(one_spelling(file)) if short else None
        if found is None:
            return None
        labels = {name: value for name, value in found.groupdict().items() if value}
        return Row(file=file, patient=labels.pop(PATIENT, ""), labels=labels)

    def _expression(self) -> re.Pattern[str]:
        pattern, made, end = one_spelling(self.pattern), r"(?:.*/)?", 0
        for part in _PART.finditer(pattern):
            made += re.escape(pattern[end : part.start()])
            many = f"{{{part['length']}}}" if part["length"] else "+"
            made += r"[^/]*" if part["any"] else f"(?P<{part['name']}>[^/]{many})"
            end = part.end()
        return re.compile(made + re.escape(pattern[end:]))
