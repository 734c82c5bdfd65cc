from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from readerstudy.desk.shell.access import MONITORS
from readerstudy.results.interim import NextLook, looks_taken, next_look
from readerstudy.studies.models import Study
from readerstudy.truth.unblind import is_unblinded


@dataclass(frozen=True, kw_only=True)
class Looks:
    """`tells_results`: to the monitor always, to the staff after the unblinding."""

    taken: list[dict[str, Any]]
    next: NextLook | None
    tells_results: bool


def looks_of(study: Study, *, roles: Set[str]) -> Looks:
    """Return what somebody in these roles may know; nothing else leaves this room."""
    tells = not roles.isdisjoint(MONITORS) or is_unblinded(study)
    taken = [
        {
            "at": look.at,
            "reason": look.reason,
            "by": look.by,
            "said": look.get_decision_display(),
            **look.decided(),
            **(look.found() if tells else dict.fromkeys(look.found())),
        }
        for look in looks_taken(study)
    ]
    return Looks(taken=taken, next=next_look(study), tells_results=tells)
