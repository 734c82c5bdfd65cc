"""Put images into the sources that a protocol names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.imaging.models import Image
from readerstudy.studies.models import Study
from readerstudy.truth.errors import UnknownSource
from readerstudy.truth.models import Provenance, Source


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One image and what is known of how it came to be."""

    image: Image
    labels: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def source_of(study: Study, name: str, *, kind: str = "") -> Source:
    """The source of that name, as the protocol declares it."""
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
def add_images(source: Source, origins: Iterable[Origin], *, by: User) -> int:
    """How many images were new to the source. Adding one again changes nothing."""
    source.study.take_turn_before_lock()
    before = source.provenances.count()
    Provenance.objects.bulk_create(
        [
            Provenance(
                source=source,
                image=origin.image,
                labels=dict(origin.labels),
                seed=origin.seed,
                conditions=dict(origin.conditions),
                by=by,
            )
            for origin in origins
        ],
        batch_size=1_000,
        ignore_conflicts=True,
    )
    added = source.provenances.count() - before
    if added:
        record(
            source.study.scope,
            "images added",
            by=by,
            on=source,
            particulars={"source": source.name, "added": added},
            audience=Audience.STAFF,
        )
    return added


@transaction.atomic
def learn_labels(source: Source, origins: Iterable[Origin], *, by: User) -> int:
    """Labels for images that came without any, such as a CSV brought later; what is labelled stays so."""
    source.study.take_turn_before_lock()
    known = {origin.image.pk: dict(origin.labels) for origin in origins if origin.labels}
    bare = list(source.provenances.filter(image__in=known, labels={}))
    for provenance in bare:
        provenance.labels = known[provenance.image_id]
    Provenance.objects.bulk_update(bare, ["labels"], batch_size=1_000)
    if bare:
        particulars = {"source": source.name, "labelled": len(bare)}
        record(source.study.scope, "labels learnt", by=by, on=source, particulars=particulars)
    return len(bare)


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
