"""Describe in study.json what readers were asked: sections with their items, scales, arms and endpoints.

A masked one contains nothing that is true: neither truths nor targets, and no comparison of sources.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from readerstudy.results.bundle.names import in_bundle
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import Condition, EndpointDocument, Item, Option, Scale, SectionDocument
from readerstudy.studies.protocol.labels import LabelDocument, label_named, options_of
from readerstudy.studies.protocol.shorthands import OBSERVED

OF_AN_ITEM = (
    "name", "kind", "of", "ask", "help", "required", "skip", "margin", "confidence", "when", "scale",
    "options", "other", "shuffle", "least", "most", "none", "min", "max", "step", "unit", "slider", "what",
    "truth", "within", "positive", "target", "task",
)  # fmt: skip
OF_THE_TRUTH = ("truth", "within", "positive", "target")


def asked_of_readers(study: Study, *, masked: bool, only: Collection[str] = ()) -> dict[str, Any]:
    """`only` names the sections of the primary endpoint where the bundle is of a look before the end."""
    protocol = study.protocol.document
    counted = [section for section in protocol.sections if in_bundle(section, masked=masked)]
    counted = [section for section in counted if not only or section.name in only]
    values = dict(study.sections.values_list("name", "label_values"))
    options = {
        section: {
            f"{OBSERVED}{name}": options_of(label_named(name, protocol.labels), found)
            for name, found in labels.items()
        }
        for section, labels in values.items()
    }
    names = {section.name for section in counted}
    found = {
        "scales": [{"name": scale.name, **_scale(scale)} for scale in protocol.scales],
        "sections": [_section(section, options.get(section.name, {}), masked=masked) for section in counted],
        "arms": [
            {"name": arm.name, "sections": [name for name in arm.sections if name in names]}
            for arm in protocol.arms
            if names & set(arm.sections)
        ],
        "languages": list(protocol.languages),
    }
    if masked:
        waiting = {section.name for section in protocol.sections if in_bundle(section, masked=False)}
        withheld = sorted(waiting - names)
        return {**found, **({"staircases_withheld": withheld} if withheld else {})}
    return {
        **found,
        "values": {label: list(values) for label, values in protocol.values.items()},
        "labels": [_label(label) for label in protocol.labels.values()],
        "endpoints": [
            _endpoint(endpoint) for endpoint in protocol.endpoints if not only or endpoint.role == "primary"
        ],
        "sample_size": protocol.sample_size,
    }


def _section(
    section: SectionDocument, label_options: Mapping[str, Sequence[Option]], *, masked: bool
) -> dict[str, Any]:
    found = {
        "name": section.name,
        "task": section.task,
        "title": section.title,
        "alternatives": section.alternatives,
        "trials": section.trials,
        "read_by_each": section.read_by_each,
        "confidence": section.confidence or None,
        "items": [_item(item, label_options, masked=masked) for item in section.items],
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


def _item(item: Item, label_options: Mapping[str, Sequence[Option]], *, masked: bool) -> dict[str, Any]:
    """Every field of an item, with its texts in the study's first language."""
    options = item.options or label_options.get(item.name, ())
    changed = {
        "when": [_condition(condition) for condition in item.when],
        "scale": None if item.scale is None else _scale(item.scale),
        "options": [{"value": option.value, "text": option.text} for option in options],
        "min": item.low,
        "max": item.high,
        "positive": list(item.positive),
    }
    names = [name for name in OF_AN_ITEM if not (masked and name in OF_THE_TRUTH)]
    return {name: changed[name] if name in changed else getattr(item, name) for name in names}


def _label(label: LabelDocument) -> dict[str, Any]:
    return {"name": label.name, "title": label.title, "words": dict(label.words)}


def _scale(scale: Scale) -> dict[str, Any]:
    return {"points": list(scale.points), "labels": list(scale.labels)}


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "item": condition.item,
        "is": list(condition.values),
        "at_least": condition.at_least,
        "at_most": condition.at_most,
    }


def _endpoint(endpoint: EndpointDocument) -> dict[str, Any]:
    return {**asdict(endpoint), "compare": list(endpoint.compare) or None}
