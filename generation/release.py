"""A dataset fit for release: images, manifest, checksums, card, licence, and where all of it came from."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generation.cards import CheckpointCard, describe_checkpoint
from generation.data.read_table import read_table
from generation.errors import DatasetError, OutputError, RequestError
from generation.files import readable_refusals, write_whole
from generation.papers import MADE_BY, Release, card_header, papers
from generation.sampling.request import SUFFIX, Progress, SampleRequest

Row = dict[str, str]
PAPERS = (
    *("manifest.csv", "provenance.json", "README.md"),
    *("croissant.json", "datapackage.json", "ro-crate-metadata.json", "CITATION.cff"),
)

_CARD = """\
# {request.title}

{released:,} synthetic radiographs of {card.size} x {card.size} px. No image shows a person: each was made by
a generative model. They must not be used to diagnose anyone.

- Licence: {request.licence}
- Author: {request.author}
- Contact: {contact}

## How they were made

- Model: {card.title}, checkpoint SHA-256 `{card.digest}`
- Trained on: {trained_on} ({trained_images} images, data digest `{trained_digest}`)
- Sampler: {solver[sampler]}, {solver[steps]} steps, guidance {solver[guidance]}
- Generation denominator: {released:,} released of {request.images.count:,} made; \
{held_back:,} held back{reasons}. Nothing else was selected.

## Labels

A label is what the model was asked to show. It was not read by a person.

{labels}

## Files

- `manifest.csv`: one row an image with seed, labels, checkpoint, sampler and SHA-256
- `checksums.sha256`: verify with `sha256sum -c checksums.sha256`
- `provenance.json`: request, checkpoint card, software
- `croissant.json`, `datapackage.json`, `ro-crate-metadata.json`, `CITATION.cff`: the same for machines
- Each image says in its file that it is synthetic: PNG `DigitalSourceType`, DICOM (0008,001C)
"""


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """Images to make and publish. `excluded`: file names that are made but held back, with reasons."""

    images: SampleRequest
    title: str
    licence: str
    author: str
    contact: str = ""
    training_data: str = ""
    excluded: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for name in ("title", "licence", "author"):
            if not getattr(self, name).strip():
                raise RequestError(f"a release needs a {name}: say --{name}")


def release(
    request: ReleaseRequest,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Make what is missing, then the papers; answers the card. Run again, it goes on where it stopped."""
    from generation.sampling.run import sample

    out = request.images.out
    _refuse_other_contents(out)
    images = replace(request.images, out=out / "images")
    if not sample(images, on_progress=on_progress, should_stop=should_stop).first:
        return out / "README.md"
    card = describe_checkpoint(request.images.checkpoint_path)
    with readable_refusals(out):
        rows = _released_rows(out, request.excluded or {})
        write_whole(out / "manifest.csv", _manifest(rows))
        write_whole(out / "provenance.json", json.dumps(_provenance(request, card, rows), indent=1) + "\n")
        facts = _facts(request, card, rows, out)
        for name, text in papers(facts).items():
            write_whole(out / name, text)
        write_whole(out / "README.md", card_header(facts) + _card_text(request, card, rows))
        write_whole(out / "checksums.sha256", _checksums(out, rows))
    return out / "README.md"


def read_exclusions(path: Path) -> dict[str, str]:
    """`file,reason` rows, for example from the memorisation search."""
    try:
        return {row["file"]: row.get("reason") or "not stated" for _, row in read_table(path)}
    except DatasetError as error:
        raise RequestError(f"no exclusions can be read: {error} Wanted are file and reason.") from error


def _refuse_other_contents(out: Path) -> None:
    known = {"images", "checksums.sha256", *PAPERS}
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file. Name a new or empty folder.")
    others = sorted(path.name for path in out.iterdir() if path.name not in known) if out.exists() else []
    if others:
        raise OutputError(f"{out} holds other things ({', '.join(others[:3])}). Name a new or empty folder.")


def _released_rows(out: Path, excluded: Mapping[str, str]) -> list[Row]:
    with (out / "images" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    unknown = sorted(set(excluded) - {row["file"] for row in rows})
    if unknown:
        raise RequestError(f"the exclusions name images that were not made: {', '.join(unknown[:3])}")
    if len(excluded) == len(rows):
        raise RequestError(f"all {len(rows)} images are excluded: nothing is left to release")
    for name in excluded:
        (out / "images" / name).unlink(missing_ok=True)
    return [{**row, "file": f"images/{row['file']}"} for row in rows if row["file"] not in excluded]


def _manifest(rows: list[Row]) -> str:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()


def _provenance(request: ReleaseRequest, card: CheckpointCard, rows: list[Row]) -> dict[str, Any]:
    excluded = Counter((request.excluded or {}).values())
    return {
        "title": request.title,
        "licence": request.licence,
        "author": request.author,
        "contact": request.contact,
        "generated": request.images.count,
        "released": len(rows),
        "excluded": dict(excluded),
        "request": request.images.identity(card),
        "checkpoint": {"sha256": card.digest, **card.manifest},
        "training_data": request.training_data,
    }


def _facts(request: ReleaseRequest, card: CheckpointCard, rows: list[Row], out: Path) -> Release:
    numbers = {name for name, allowed in card.conditions.items() if not isinstance(allowed, list)}
    return Release(
        title=request.title,
        licence=request.licence,
        author=request.author,
        description=f"{len(rows):,} synthetic radiographs of {card.size} x {card.size} px. {MADE_BY}",
        training_data=request.training_data or "not stated",
        checkpoint=card.digest,
        released=len(rows),
        generated=request.images.count,
        suffix=SUFFIX[request.images.format],
        columns=tuple(rows[0]),
        numbers=frozenset(numbers),
        manifest_sha256=hashlib.sha256((out / "manifest.csv").read_bytes()).hexdigest(),
        date=_date(out),
    )


def _date(out: Path) -> str:
    """The day of the first release into this folder, so that papers made again are the same."""
    path = out / "croissant.json"
    if path.is_file():
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["datePublished"])
        except (ValueError, LookupError, TypeError):
            pass
    return datetime.now(UTC).date().isoformat()


def _checksums(out: Path, rows: list[Row]) -> str:
    """As `sha256sum -c` reads it: the images, then the papers."""
    lines = [f"{row['sha256']}  {row['file']}" for row in rows]
    for name in PAPERS:
        digest = hashlib.sha256((out / name).read_bytes()).hexdigest()
        lines.append(f"{digest}  {name}")
    return "\n".join(lines) + "\n"


def _card_text(request: ReleaseRequest, card: CheckpointCard, rows: list[Row]) -> str:
    data = card.manifest.get("data", {})
    return _CARD.format(
        request=request,
        card=card,
        solver=rows[0],
        released=len(rows),
        held_back=request.images.count - len(rows),
        reasons=_reasons(request.excluded),
        contact=request.contact or "not stated",
        trained_on=request.training_data or "not stated",
        trained_images=data.get("images", "an unknown number of"),
        trained_digest=data.get("digest", "unknown"),
        labels=_label_table(card, rows),
    )


def _reasons(excluded: Mapping[str, str] | None) -> str:
    counted = Counter((excluded or {}).values())
    told = ", ".join(f"{reason}: {n}" for reason, n in sorted(counted.items()))
    return f" ({told})" if told else ""


def _label_table(card: CheckpointCard, rows: list[Row]) -> str:
    lines = ["| label | values |", "|---|---|"]
    for name, allowed in card.conditions.items():
        values = [row[name] for row in rows if row[name] != ""]
        if isinstance(allowed, list):
            told = ", ".join(f"{value}: {n:,}" for value, n in sorted(Counter(values).items()))
        else:
            told = f"{min(map(float, values)):g} to {max(map(float, values)):g}" if values else ""
        lines.append(f"| {name} | {told or 'left open'} |")
    return "\n".join(lines)
