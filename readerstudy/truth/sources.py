"""Add images to the sources of a protocol."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.models import Image
from readerstudy.studies.models import Study
from readerstudy.truth.errors import UnknownSource
from readerstudy.truth.models import Provenance, SeenFile, Source


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One image and what is known of it; `fingerprint` and `original` recognise the file it came in."""

    image: Image
    labels: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    original: str = ""
    seed: int | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def source_of(study: Study, name: str, *, kind: str = "") -> Source:
    declared = {source.name: source for source in study.protocol.document.sources}
    if name not in declared:
        raise UnknownSource(f"The protocol names no source {name!r}. Its sources: {', '.join(declared)}.")
    document = declared[name]
    if kind and kind != document.kind:
        raise UnknownSource(
            f"Source {name!r} is {document.kind} in the protocol, not {kind}. "
            f"Say --kind {document.kind}, or change the protocol."
        )
    study.take_turn_before_lock()
    source, _ = Source.objects.update_or_create(
        study=study,
        name=name,
        defaults={
            "kind": document.kind,
            "position": list(declared).index(name),
            "description": document.description,
        },
    )
    return source


@transaction.atomic
def add_images(source: Source, origins: Collection[Origin], *, by: User) -> int:
    """How many images were new to the source. Adding one again changes nothing."""
    source.study.take_turn_before_lock()
    if not origins:
        return 0
    before = source.provenances.count()
    Provenance.objects.bulk_create(
        [
            Provenance(
                source=source,
                image=origin.image,
                labels=dict(origin.labels),
                group=origin.group,
                facts=dict(origin.facts),
                seed=origin.seed,
                conditions=dict(origin.conditions),
                by=by,
            )
            for origin in origins
        ],
        batch_size=1_000,
        ignore_conflicts=True,
    )
    _remember_files(source, origins)
    added = source.provenances.count() - before
    if added:
        particulars = {"source": source.name, "added": added}
        record(source.study.scope, "images added", by=by, on=source, particulars=particulars)
    return added


def _remember_files(source: Source, origins: Collection[Origin]) -> None:
    files = {origin.fingerprint: origin for origin in origins if origin.fingerprint}
    if not files:
        return
    rows = source.provenances.filter(image__in={origin.image.pk for origin in files.values()})
    provenances = dict(rows.values_list("image_id", "pk"))
    SeenFile.objects.bulk_create(
        [
            SeenFile(token=token, provenance_id=provenances[origin.image.pk], original=origin.original)
            for token, origin in files.items()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def learn(source: Source, origins: Iterable[Origin], *, by: User) -> int:
    """Labels and patients that images came without, such as a CSV brought later. What is known stays.

    Returns how many images have labels now that they had not.
    """
    source.study.take_turn_before_lock()
    known = {origin.image.pk: origin for origin in origins if origin.labels or origin.group}
    rows = list(source.provenances.filter(image__in=known))
    labelled = [row for row in rows if known[row.image_id].labels.keys() - row.labels.keys()]
    grouped = [row for row in rows if not row.group and known[row.image_id].group]
    for row in labelled:
        row.labels = {**known[row.image_id].labels, **row.labels}
    for row in grouped:
        row.group = known[row.image_id].group
    Provenance.objects.bulk_update([*labelled, *grouped], ["labels", "group"], batch_size=1_000)
    if labelled or grouped:
        particulars = {"source": source.name, "labelled": len(labelled), "patients": len(grouped)}
        record(source.study.scope, "labels learnt", by=by, on=source, particulars=particulars)
    return len(labelled)


@transaction.atomic
def describe_generator(
    source: Source,
    *,
    by: User,
    checkpoint_digest: str,
    sampler: Mapping[str, Any],
    generated: int,
    rejected: int = 0,
    rejection_rule: str = "",
) -> Source:
    """Record where a synthetic source comes from and its denominator: how many were made and rejected."""
    source.study.take_turn_before_lock()
    old = {"checkpoint": source.checkpoint_digest, "generated": source.generated, "rejected": source.rejected}
    source.checkpoint_digest, source.sampler = checkpoint_digest, dict(sampler)
    source.generated, source.rejected, source.rejection_rule = generated, rejected, rejection_rule
    source.save()
    new = {"checkpoint": checkpoint_digest, "generated": generated, "rejected": rejected}
    record(source.study.scope, "generator described", by=by, on=source, particulars={"old": old, "new": new})
    return source
