"""Results as they stand in report.json: every field by its name, null where there is no number."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from analysis.result import plain


def whole(value: Any) -> Any:
    """Turn a result into a dictionary of all its fields, so that the names can be relied on."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: whole(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [whole(item) for item in value]
    return plain(value)
