"""Hold rows against the events that tell of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

#: What rows or events say, by a key such as the primary key.
Facts = Mapping[Any, Mapping[str, Any]]

#: A row and its event come from one transaction, which may take a while in a large study.
LONGEST_TRANSACTION = timedelta(minutes=5)


def differences(noun: str, rows: Facts, told: Facts) -> Iterator[str]:
    """What rows and events do not agree on, in words, by their keys.

    Events of earlier versions say less; what an event does not say cannot be held against it.
    """
    for key, row in rows.items():
        if key not in told:
            yield f"{noun} {_name(key)} is not in the log: it was inserted"
            continue
        event = told[key]
        changed = [name for name, value in row.items() if not _agree(event.get(name, value), value)]
        if changed:
            yield f"{noun} {_name(key)} is not what was recorded: {', '.join(changed)} was changed"
    for key in told:
        if key not in rows:
            yield f"{noun} {_name(key)} was recorded and is gone"


def _agree(told: Any, value: Any) -> bool:
    """Whether a row says what its event says; its time is a little earlier than that of the event."""
    if isinstance(told, datetime) and isinstance(value, datetime):
        return abs(told - value) <= LONGEST_TRANSACTION
    return bool(told == value)


def _name(key: object) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
