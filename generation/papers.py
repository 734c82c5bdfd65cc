"""What machines read of a release: Croissant 1.1 with RAI, a data package, an RO-Crate, and a citation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype"
#: IPTC's word for media made by a trained model, as PNG marks, Croissant and RO-Crate name it.
DIGITAL_SOURCE_TYPE = f"{_SOURCE_TYPES}/trainedAlgorithmicMedia"
MADE_BY = "Made by a generative model; shows no person."


@dataclass(frozen=True)
class Mark:
    """What a file says of its making."""

    source_type: str
    description: str


SYNTHETIC = Mark(DIGITAL_SOURCE_TYPE, MADE_BY)
REDRAWN = Mark(
    f"{_SOURCE_TYPES}/compositeWithTrainedAlgorithmicMedia",
    "Drawn again by a generative model from a film, which may be of a person.",
)

_SCHEMA, _CROISSANT = "https://schema.org/", "http://mlcommons.org/croissant/"
_MIME = {".png": "image/png", ".dcm": "application/dicom"}
_LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


@dataclass(frozen=True, kw_only=True)
class Release:
    """What the papers say. `columns` are those of the manifest, `numbers` its conditions that are numbers."""

    title: str
    licence: str
    author: str
    description: str
    training_data: str
    checkpoint: str
    released: int
    generated: int
    suffix: str
    columns: tuple[str, ...]
    numbers: frozenset[str]
    manifest_sha256: str
    date: str

    @property
    def licence_url(self) -> str:
        return _LICENCES.get(self.licence, self.licence)


def papers(release: Release) -> dict[str, str]:
    """Each file by its name."""
    return {
        "croissant.json": _json(croissant(release)),
        "datapackage.json": _json(data_package(release)),
        "ro-crate-metadata.json": _json(ro_crate(release)),
        "CITATION.cff": citation(release),
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def croissant(release: Release) -> dict[str, Any]:
    """Croissant 1.1 (MLCommons 2025) with the Responsible AI vocabulary 1.0."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [f"{_CROISSANT}1.1", f"{_CROISSANT}RAI/1.0"],
        "name": release.title,
        "description": release.description,
        "license": release.licence_url,
        "creator": {"@type": "sc:Organization", "name": release.author},
        "datePublished": release.date,
        "version": "1.0.0",
        "citeAs": f"{release.author}: {release.title}. {release.date[:4]}.",
        "distribution": _distribution(release),
        "recordSet": [_record_set(release)],
        "rai:dataCollection": f"{release.generated} images were made by a generative model, of which "
        f"{release.released} are released. None was collected.",
        "rai:dataCollectionType": "Software Collection",
        "rai:dataAnnotationProtocol": "A label is what the model was asked to show; no person read it.",
        "rai:dataLimitations": "Synthetic images. They must not be used to diagnose anyone.",
        "rai:dataSocialImpact": "Biases of the training data are likely to be repeated.",
        "rai:personalSensitiveInformation": "None: no image shows a person. Copies of training images are "
        "looked for with `python -m generation memorization`.",
        "rai:dataUseCases": "Research and teaching; reader studies; training beside real images.",
        "rai:dataManipulationProtocol": f"Checkpoint SHA-256 {release.checkpoint}; trained on: "
        f"{release.training_data}",
    }


def _distribution(release: Release) -> list[dict[str, Any]]:
    kind = _MIME[release.suffix]
    return [
        {
            "@type": "cr:FileObject",
            "@id": "manifest",
            "name": "manifest",
            "contentUrl": "manifest.csv",
            "encodingFormat": "text/csv",
            "sha256": release.manifest_sha256,
        },
        {
            "@type": "cr:FileSet",
            "@id": "images",
            "name": "images",
            "encodingFormat": kind,
            "includes": f"images/**/*{release.suffix}",
        },
    ]


def _record_set(release: Release) -> dict[str, Any]:
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"rows/{column}",
            "name": column,
            "dataType": _croissant_type(release, column),
            "source": {"fileObject": {"@id": "manifest"}, "extract": {"column": column}},
        }
        for column in release.columns
    ]
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}


def _croissant_type(release: Release, column: str) -> str:
    if column in {"index", "seed", "steps"}:
        return "sc:Integer"
    return "sc:Float" if column in release.numbers or column == "guidance" else "sc:Text"


def data_package(release: Release) -> dict[str, Any]:
    """Data Package (Frictionless, version 2)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "".join(c if c.isascii() and c.isalnum() else "-" for c in release.title.lower()).strip("-"),
        "title": release.title,
        "description": release.description,
        "licenses": [{"name": release.licence, "path": release.licence_url}],
        "contributors": [{"title": release.author, "roles": ["creator"]}],
        "created": f"{release.date}T00:00:00Z",
        "resources": [
            {
                "name": "manifest",
                "path": "manifest.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "hash": f"sha256:{release.manifest_sha256}",
                "schema": {
                    "fields": [{"name": c, "type": _frictionless_type(release, c)} for c in release.columns],
                    "primaryKey": ["file"],
                },
            }
        ],
    }


def _frictionless_type(release: Release, column: str) -> str:
    kinds = {"sc:Integer": "integer", "sc:Float": "number", "sc:Text": "string"}
    return kinds[_croissant_type(release, column)]


def ro_crate(release: Release) -> dict[str, Any]:
    """RO-Crate 1.2: the dataset, and the model run that made it."""
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": release.title,
        "description": release.description,
        "datePublished": release.date,
        "license": {"@id": release.licence_url},
        "author": {"@id": "#author"},
        "hasPart": [{"@id": "manifest.csv"}, {"@id": "images/"}],
        "digitalSourceType": DIGITAL_SOURCE_TYPE,
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
            },
            root,
            {"@id": "manifest.csv", "@type": "File", "encodingFormat": "text/csv", "name": "manifest"},
            {"@id": "images/", "@type": "Dataset", "name": "images"},
            {"@id": "#author", "@type": "Organization", "name": release.author},
            {
                "@id": "#generation",
                "@type": "CreateAction",
                "name": "Sampling from a generative model",
                "instrument": {"@id": "#checkpoint"},
                "result": {"@id": "images/"},
            },
            {
                "@id": "#checkpoint",
                "@type": "SoftwareApplication",
                "name": "Generative model",
                "identifier": f"sha256:{release.checkpoint}",
                "description": f"Trained on: {release.training_data}",
            },
            {"@id": release.licence_url, "@type": "CreativeWork", "name": release.licence},
        ],
    }


def citation(release: Release) -> str:
    """Citation File Format 1.2.0. JSON strings are YAML strings."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use these images, please cite them.",
        "type: dataset",
        f"title: {json.dumps(release.title)}",
        "authors:",
        f"  - name: {json.dumps(release.author)}",
        f"date-released: {release.date}",
        f"abstract: {json.dumps(release.description)}",
    ]
    if release.licence in _LICENCES:
        lines.append(f"license: {release.licence}")
    return "\n".join(lines) + "\n"


def card_header(release: Release) -> str:
    """The YAML header that dataset hubs read of a README."""
    size = next(
        (name for most, name in _SIZES if release.released < most),
        "n>1M",
    )
    lines = [
        "---",
        f"pretty_name: {json.dumps(release.title)}",
        f"license: {release.licence.lower() if release.licence in _LICENCES else 'other'}",
        "task_categories:",
        "- image-classification",
        "tags:",
        "- medical",
        "- radiology",
        "- synthetic",
        "size_categories:",
        f"- {size}",
        "---",
    ]
    return "\n".join(lines) + "\n\n"


_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": _SCHEMA,
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": _CROISSANT,
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": f"{_CROISSANT}RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": _SCHEMA,
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
