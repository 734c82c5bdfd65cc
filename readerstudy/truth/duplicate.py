"""Copy a study with its protocol and images, to change it or to rehearse it."""

from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.packs import copy_packs
from readerstudy.studies.create import create_study, free_slug
from readerstudy.studies.models import Study
from readerstudy.studies.protocol.rewrite import put
from readerstudy.truth.allocate import allocate
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Measurement, Provenance, SeenFile, Source
from readerstudy.truth.quota import brought_by, held_by, require_room
from readerstudy.truth.told_seeds import MADE_FOR, maker_of

BATCH = 1_000


@transaction.atomic
def duplicate(study: Study, *, by: User, slug: str = "", title: str = "") -> Study:
    """A draft with the same protocol, sources and images. People, answers, plan and secrets stay behind.

    With a `title` of its own, the copy's protocol says so, and its short name comes from it.
    """
    held = held_by(study)
    require_room(study, by=by, held=held, brought=held + brought_by(by))
    text = study.protocol.text
    if title:
        text = put(text, "study.title", title)
    else:
        slug = slug or free_slug(f"{study.slug[:60]}-copy")
    copy = create_study(text, by=by, slug=slug, copy_of=study)
    _copy_sources(study, copy)
    record(copy.scope, "study duplicated", by=by, on=copy, particulars={"from": study.slug})
    return copy


@transaction.atomic
def rehearse(study: Study, *, by: User) -> Study:
    """A locked twin of a study, in which anything may be tried.

    Its secrets are its own, so its plan and pseudonyms tell nothing of the study's. It is marked as a
    rehearsal for ever and appears in no list; nothing in it touches the study.
    """
    slug = free_slug(f"{study.slug[:60]}-rehearsal")
    twin = create_study(study.protocol.text, by=User.objects.operator(), slug=slug, rehearses=study)
    _copy_sources(study, twin)
    allocate(twin, by=by)
    lock_study(twin, by=by, reason=f"Rehearsal of {study.slug}")
    record(study.scope, "study rehearsed", by=by, on=study, particulars={"in": twin.slug})
    return twin


def _copy_sources(study: Study, copy: Study) -> None:
    copy_packs(str(study.uuid), str(copy.uuid))
    for source in Source.objects.filter(study=study).order_by("position"):
        rows = list(source.provenances.iterator(2_000))
        if "series" in source.sampler:
            source.sampler = {**source.sampler, MADE_FOR: maker_of(source)}
        source.pk, source.study, source._state.adding = None, copy, True
        source.save()
        old = [row.pk for row in rows]
        for row in rows:
            row.pk, row.source, row._state.adding = None, source, True
            row.by = copy.created_by
        Provenance.objects.bulk_create(rows, batch_size=BATCH)
        successors = dict(zip(old, rows, strict=True))
        _copy_knowledge(SeenFile.objects.all(), successors)
        _copy_knowledge(Measurement.objects.all(), successors)


Known = TypeVar("Known", SeenFile, Measurement)


def _copy_knowledge(known: QuerySet[Known], successors: dict[int, Provenance]) -> None:
    """Copy measurements and file hashes, so that the copy need not read all its images again."""
    keys = list(successors)
    for start in range(0, len(keys), BATCH):
        rows = list(known.filter(provenance__in=keys[start : start + BATCH]))
        for row in rows:
            row.pk, row.provenance, row._state.adding = None, successors[row.provenance_id], True
        known.bulk_create(rows)
