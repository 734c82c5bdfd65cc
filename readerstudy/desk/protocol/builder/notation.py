"""What has no control of its own, written in lines: conditions, options with values, label values.

Each notation is shown only where writing it back says the same: the rest stays in the text. What is no
notation is put into the text as it was typed, so that the validator says what is wrong with it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

BETWEEN = " | "
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_CONDITION = re.compile(r"(?P<item>\S+)\s+(?P<how>is|>=|<=)\s+(?P<what>.+)")
_BOUNDS = {">=": "at_least", "<=": "at_most"}


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def number_of(text: str) -> int | float | str:
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


def written_conditions(value: Any) -> str:
    """One condition in each line, such as `severity >= 1` or `diagnosis is pneumonia | effusion`."""
    if value is None or isinstance(value, str):
        return value or ""
    conditions = value if isinstance(value, list) else [value]
    return "\n".join(_condition_in_words(one) for one in conditions)


def _condition_in_words(condition: Any) -> str:
    if not isinstance(condition, dict):
        return str(condition)
    for sign, name in _BOUNDS.items():
        if name in condition:
            return f"{condition.get('item', '')} {sign} {condition[name]}"
    listed = condition.get("is", [])
    values = BETWEEN.join(map(str, listed if isinstance(listed, list) else [listed]))
    return f"{condition.get('item', '')} is {values}"


def read_conditions(text: str) -> Any:
    found = [_CONDITION.fullmatch(line) for line in lines_of(text)]
    if not found:
        return None
    conditions = [_condition(one) for one in found if one]
    if len(conditions) < len(found):
        return text
    return conditions[0] if len(conditions) == 1 else conditions


def _condition(found: re.Match[str]) -> dict[str, Any]:
    if found["how"] == "is":
        return {"item": found["item"], "is": [number_of(one.strip()) for one in found["what"].split("|")]}
    return {"item": found["item"], _BOUNDS[found["how"]]: number_of(found["what"].strip())}


def written_options(value: Any, languages: Sequence[str]) -> str:
    """One option in each line, `value = text` where both are given; or the name of a label alone."""
    if not isinstance(value, list):
        return "" if value is None else str(value)
    return "\n".join(_option_in_words(one, languages) for one in value)


def _option_in_words(option: Any, languages: Sequence[str]) -> str:
    if not isinstance(option, dict) or "value" not in option:
        return written_words(option, languages)
    text = written_words(option.get("text"), languages)
    return f"{option['value']} = {text}" if text else str(option["value"])


def read_options(text: str, languages: Sequence[str]) -> Any:
    lines = lines_of(text)
    # One option alone is no choice: it is the name of a label.
    if len(lines) == 1 and " = " not in lines[0]:
        return lines[0]
    return [_option(line, languages) for line in lines] or None


def _option(line: str, languages: Sequence[str]) -> Any:
    value, equals, text = line.partition(" = ")
    if not equals:
        return read_words(line, languages)
    return {"value": value.strip(), "text": read_words(text.strip(), languages)}


def written_words(value: Any, languages: Sequence[str]) -> str:
    """A text, or one in each language in their order."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    return BETWEEN.join(str(value.get(language, "")) for language in languages)


def read_words(text: str, languages: Sequence[str]) -> Any:
    parts = [part.strip() for part in text.split(BETWEEN)]
    if len(languages) < 2 or len(parts) != len(languages):
        return text
    return dict(zip(languages, parts, strict=True))


def written_values(value: Any) -> str:
    """One label in each line, such as `diagnosis: normal | pneumonia`."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    return "\n".join(
        f"{label}: {BETWEEN.join(map(str, values)) if isinstance(values, list) else values}"
        for label, values in value.items()
    )


def read_values(text: str) -> Mapping[str, Any]:
    """The values of each label; what is no line of that kind is a label without values."""
    found: dict[str, Any] = {}
    for line in lines_of(text):
        label, _, values = line.partition(":")
        found[label.strip()] = [one.strip() for one in values.split("|") if one.strip()]
    return found
