"""What a section asks, as its reader's browser is told: in their language and order, without the truth."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.utils.formats import localize
from django.utils.translation import gettext as _

from readerstudy.reading.task_words import task_ask, task_options
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import Condition, Item, Scale, SectionDocument

T = TypeVar("T")


def items_of(
    section: SectionDocument, seed: str, values_of: Callable[[Item], Iterable[str]]
) -> list[dict[str, Any]]:
    """The items in the order to ask. `values_of` gives options that the protocol leaves open, of labels."""
    return [_item(item, seed, values_of) for item in _in_order(section, seed)]


def shuffled(things: Sequence[T], seed: str, name: Callable[[T], str]) -> list[T]:
    """Return things in an order that is the same at each look of one reader and another for the next.

    `seed` is secret, so that nobody computes the order of somebody else.
    """
    return sorted(things, key=lambda thing: hashlib.sha256(f"{seed}\x1f{name(thing)}".encode()).digest())


def _in_order(section: SectionDocument, seed: str) -> list[Item]:
    """As in the protocol, or shuffled. A task stays in front, each item behind those it hangs on."""
    short = [item for item in section.items if item.task]
    families = _families([item for item in section.items if not item.task])
    if section.shuffle_items:
        families = shuffled(families, f"{seed}\x1fitems", lambda family: family[0].name)
    return [*short, *(item for family in families for item in family)]


def _families(items: Sequence[Item]) -> list[list[Item]]:
    """Items with those that are asked only after certain answers to them."""
    family_of: dict[str, list[Item]] = {}
    families: list[list[Item]] = []
    for item in items:
        above = [family_of[when.item] for when in item.when if when.item in family_of]
        family = _merged(above, families) if above else []
        if not above:
            families.append(family)
        family.append(item)
        family_of.update((member.name, family) for member in family)
    return families


def _merged(found: Sequence[list[Item]], families: list[list[Item]]) -> list[Item]:
    """The one family that an item joins; families that it hangs on alike become one."""
    first = found[0]
    for other in found[1:]:
        if other is not first and other in families:
            first.extend(other)
            families.remove(other)
    return first


def _item(item: Item, seed: str, values_of: Callable[[Item], Iterable[str]]) -> dict[str, Any]:
    return {
        "name": item.name,
        "kind": item.kind,
        "of": item.of,
        "task": item.task,
        "ask": task_ask(item) if item.task else spoken(item.ask),
        "help": spoken(item.help),
        "required": item.required,
        "skip": spoken(item.skip),
        "confidence": item.confidence,
        "when": [_condition(condition) for condition in item.when],
        "scale": scale_of(item.scale) if item.scale else None,
        "options": _options(item, seed, values_of),
        "other": spoken(item.other),
        "least": item.least,
        "most": item.most,
        "none": spoken(item.none),
        "min": item.low,
        "max": item.high,
        "step": item.step,
        "unit": spoken(item.unit),
        "limits": limits_of(item.low, item.high, item.step),
        "slider": item.slider,
        "what": item.what,
    }


def limits_of(low: float | None, high: float | None, step: float | None) -> str:
    """Return which numbers are allowed, as it stands beside the field; "" where all are."""
    if low is not None and high is not None:
        ends = _("{min} to {max}")
    elif low is not None:
        ends = _("{min} or more")
    else:
        ends = _("up to {max}") if high is not None else ""
    steps = _("in steps of {step}") if step else ""
    both = ", ".join(filter(None, (ends, steps)))
    return both.format(min=_plain(low), max=_plain(high), step=_plain(step))


def _plain(number: float | None) -> str:
    """As readers write it: 5 rather than 5.0, and with the comma of their language."""
    return "" if number is None else localize(int(number) if number == int(number) else number)


def scale_of(scale: Scale) -> dict[str, Any]:
    return {"points": list(scale.points), "labels": [spoken(label) for label in scale.labels]}


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "item": condition.item,
        "is": list(condition.values) or None,
        "at_least": condition.at_least,
        "at_most": condition.at_most,
    }


def _options(item: Item, seed: str, values_of: Callable[[Item], Iterable[str]]) -> list[dict[str, str]]:
    if item.task and (known := task_options(item)):
        return known
    if not item.options:
        return [{"value": value, "text": value} for value in values_of(item)]
    options = [{"value": option.value, "text": spoken(option.text)} for option in item.options]
    if item.shuffle:
        options = shuffled(options, f"{seed}\x1f{item.name}", lambda option: option["value"])
    return options
