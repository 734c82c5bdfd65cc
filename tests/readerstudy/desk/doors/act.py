"""One request in the words of each door."""

from dataclasses import dataclass, field
from typing import Any

LONG = "x" * 2001
Form = dict[str, Any]


@dataclass(kw_only=True)
class Act:
    """One request in the words of each door; `{reader}` and `{run}` are filled in. `page` posts to a path."""

    on: str
    taken: bool
    page: tuple[str, Form]
    api: tuple[str, Form]
    command: list[str] = field(default_factory=list)
    method: str = "post"


def reasoned(on: str, page: str, verb: str, api: str, command: str, *, name: str = "") -> dict[str, Act]:
    """An act that asks for a reason alone: with one, without, with spaces, and with one too long."""
    said = {"": "because", " without a reason": "", " for a blank reason": "  ", " for a long reason": LONG}
    return {
        f"{name or command}{ending}": Act(
            on=on,
            taken=reason == "because",
            page=(page, {"verb": verb, "reason": reason}),
            api=(api, {"reason": reason}),
            command=[command, "{slug}", f"--reason={reason}", "--by=alice@example.org"],
        )
        for ending, reason in said.items()
    }
