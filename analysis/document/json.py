"""Convert the report's document to plain JSON values.

A field's name is its key in ``report.json``. Every field is written, null where there is no number, unless it
was declared with :func:`left_out`.
"""

from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass
from typing import Any

from analysis.result import plain

LEFT_OUT, SPREAD, KEY = "left out where it is None", "its items stand in the parent", "its key"


def left_out() -> Any:
    """Declare a field whose key is missing where its value is None."""
    return field(default=None, metadata={LEFT_OUT: True})


def named(key: str) -> Any:
    """Declare a field whose key is a word that Python does not allow as a name."""
    return field(metadata={KEY: key})


def spread() -> Any:
    """Declare a mapping whose items stand beside the other fields; these win where names are the same."""
    return field(metadata={SPREAD: True}, repr=False)


def to_json(value: Any) -> Any:
    """Return what `json.dumps` knows: numbers, texts, lists and dictionaries, None for what is not finite."""
    if is_dataclass(value) and not isinstance(value, type):
        return _of_fields(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return plain(value)


def _of_fields(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for described in fields(value):
        item = getattr(value, described.name)
        if described.metadata.get(SPREAD):
            found = to_json(item) | found
        elif item is not None or not described.metadata.get(LEFT_OUT):
            found[described.metadata.get(KEY, described.name)] = to_json(item)
    return found
