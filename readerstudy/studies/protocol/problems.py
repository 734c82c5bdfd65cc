"""Problems of a protocol, worded so that its author can fix them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from readerstudy.errors import ReaderstudyError

#: How a value is written in TOML, at the end of what it has to be.
_AS_TOML = re.compile(
    r", (?:such as [\[{][^\]}]*[\]}]|written as \[+[^\]]*\]+|without quotation marks)| in quotation marks"
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One sentence, the field it speaks of, and the line it stands in."""

    field: str
    sentence: str
    line: int | None = None

    @property
    def on_a_form(self) -> str:
        """The sentence for people who write no TOML."""
        return _AS_TOML.sub("", self.sentence)

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.field}: {self.sentence}" if self.field else f"{where}{self.sentence}"


class ProtocolError(ReaderstudyError, code="protocol_error", status=422):
    """The protocol cannot be used as it stands."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))

    @property
    def details(self) -> dict[str, Any]:
        return {"problems": [asdict(problem) for problem in self.problems]}
