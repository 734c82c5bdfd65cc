"""What readers were asked, as study.json says it: sections with their items, scales, arms and endpoints.

A masked one says nothing of what is true: neither truths nor targets, and no comparison of sources.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from readerstudy.studies.models import Study
from readerstudy.studies.protocol import (
    Condition,
    EndpointDocument,
    Item,
    ProtocolDocument,
    Scale,
    SectionDocument,
)
from readerstudy.studies.protocol.shorthands import OBSERVED

OF_THE_TRUTH = ("truth", "within", "positive", "target")


def asked_of_readers(study: Study, *, masked: bool) -> dict[str, Any]:
    protocol = study.protocol.document
    counted = [section for section in protocol.sections if not section.practice]
    values = dict(study.sections.values_list("name", "label_values"))
    found = {
        "scales": [{"name": scale.name, **_scale(scale)} for scale in protocol.scales],
        "sections": [_section(section, values.get(section.name, {}), masked=masked) for section in counted],
        "arms": _arms(protocol, {section.name for section in counted}),
        "languages": list(protocol.languages),
    }
    if masked:
        return found
    return {
        **found,
        "values": {label: list(values) for label, values in protocol.values.items()},
        "endpoints": [_endpoint(endpoint) for endpoint in protocol.endpoints],
        "sample_size": protocol.sample_size,
    }


def _section(
    section: SectionDocument, label_values: Mapping[str, list[str]], *, masked: bool
) -> dict[str, Any]:
    found = {
        "name": section.name,
        "task": section.task,
        "title": section.title,
        "alternatives": section.alternatives,
        "trials": section.trials,
        "read_by_each": section.read_by_each,
        "confidence": section.confidence or None,
        "items": [_item(item, label_values, masked=masked) for item in section.items],
    }
    if masked:
        return found
    staircase = section.staircase
    return {
        **found,
        "match": list(section.match),
        "reuse": section.reuse or None,
        "reference": section.reference or None,
        "exposure_ms": section.exposure_ms or None,
        "staircase": None if staircase is None else asdict(staircase),
    }


def _item(item: Item, label_values: Mapping[str, list[str]], *, masked: bool) -> dict[str, Any]:
    """Every field of an item, with its texts in the study's first language."""
    options = [{"value": option.value, "text": option.text} for option in item.options]
    if item.name.startswith(OBSERVED) and not options:
        values = label_values.get(item.name.removeprefix(OBSERVED), ())
        options = [{"value": value, "text": value} for value in values]
    found = {
        "name": item.name,
        "kind": item.kind,
        "of": item.of,
        "ask": item.ask,
        "help": item.help,
        "required": item.required,
        "skip": item.skip,
        "margin": item.margin,
        "confidence": item.confidence,
        "when": [_condition(condition) for condition in item.when],
        "scale": None if item.scale is None else _scale(item.scale),
        "options": options,
        "other": item.other,
        "shuffle": item.shuffle,
        "least": item.least,
        "most": item.most,
        "none": item.none,
        "min": item.low,
        "max": item.high,
        "step": item.step,
        "unit": item.unit,
        "slider": item.slider,
        "what": item.what,
        "truth": item.truth,
        "within": item.within,
        "positive": list(item.positive),
        "target": item.target,
        "task": item.task,
    }
    return {name: value for name, value in found.items() if not (masked and name in OF_THE_TRUTH)}


def _scale(scale: Scale) -> dict[str, Any]:
    return {"points": list(scale.points), "labels": list(scale.labels)}


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "item": condition.item,
        "is": list(condition.values),
        "at_least": condition.at_least,
        "at_most": condition.at_most,
    }


def _arms(protocol: ProtocolDocument, counted: set[str]) -> list[dict[str, Any]]:
    return [
        {"name": arm.name, "sections": [name for name in arm.sections if name in counted]}
        for arm in protocol.arms
    ]


def _endpoint(endpoint: EndpointDocument) -> dict[str, Any]:
    return {**asdict(endpoint), "compare": list(endpoint.compare) or None}
