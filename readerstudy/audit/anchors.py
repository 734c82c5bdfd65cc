"""Where each stream ended at some time, kept outside the database: what no one inside it can rewrite.

A stream that was removed whole, or set back with an old seal, is found only against such a file.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from readerstudy.audit.errors import AuditError
from readerstudy.audit.models import Stream
from readerstudy.audit.verify import Finding, verify_ends

Anchors = dict[str, dict[str, Any]]


class AnchorsUnreadable(AuditError, code="anchors_unreadable"):
    """This file does not hold the ends of streams. Give one that `verify_audit --save` wrote."""


def write_anchors(path: Path, streams: Iterable[Stream]) -> None:
    anchors = {s.name: {"scope": s.scope, "length": s.length, "head": s.head} for s in streams}
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(json.dumps(anchors, indent=1, sort_keys=True) + "\n")
    unfinished.replace(path)


def anchors_in(text: str) -> Anchors:
    """Return the ends that `verify_audit --save` wrote."""
    try:
        anchors = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnchorsUnreadable from error
    if not isinstance(anchors, dict):
        raise AnchorsUnreadable
    for entry in anchors.values():
        if not isinstance(entry, dict) or entry.keys() != {"scope", "length", "head"}:
            raise AnchorsUnreadable
    return anchors


def verify_anchors(anchors: Anchors, scope: str | None) -> Iterator[Finding]:
    scopes = None if scope is None else set(Stream.objects.within(scope).values_list("scope", flat=True))
    ends = {
        name: (anchor["length"], anchor["head"])
        for name, anchor in anchors.items()
        if scopes is None or anchor["scope"] in scopes
    }
    yield from verify_ends(ends, when="the ends were saved")
