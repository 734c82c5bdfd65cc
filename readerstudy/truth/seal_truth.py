"""Seal the truth at the lock: sources, origins, labels, keys, trials, and every reader's order.

Each row gets a digest under a key of the plan secret and a salt of its own: nobody without the secret can
test a guess against it. `truth_digest` names all of them and stands in the event of the lock.
"""

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from readerstudy.audit.chain import canonical
from readerstudy.reading.models import Presentation, Slot
from readerstudy.studies.models import Section, Study, Trial, TrialImage
from readerstudy.truth.hidden import Hidden
from readerstudy.truth.models import Key, Provenance, Source, TruthSeal
from readerstudy.truth.secrets import plan_key

ROWS_AT_ONCE = 2_000
Sealed = tuple[str, Any]


def seal_truth(study: Study) -> str:
    """Seal every row and return the digest of the whole. The caller locks in the same transaction."""
    TruthSeal.objects.filter(study=study).delete()
    key = plan_key(study, "truth row")
    seals = []
    for subject, content in truth_rows(study):
        salt = secrets.token_hex(16)
        digest = row_digest(key, subject, salt, content)
        seals.append(TruthSeal(study=study, subject=subject, salt=salt, digest=digest))
    TruthSeal.objects.bulk_create(seals, batch_size=1_000)
    return truth_digest(study, ((seal.subject, seal.digest) for seal in seals))


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def row_digest(key: Hidden, subject: str, salt: str, content: Any) -> str:
    return hmac.digest(key, _encode([subject, salt, content]).encode(), "sha256").hex()


def truth_digest(study: Study, seals: Iterable[tuple[str, str]]) -> str:
    """One name for all seals, under a key of its own."""
    whole = hmac.new(plan_key(study, "truth"), digestmod="sha256")
    for subject, digest in sorted(seals):
        whole.update(f"{subject}\x1f{digest}\n".encode())
    return whole.hexdigest()


def truth_rows(study: Study) -> Iterator[Sealed]:
    """Every row of the truth by its name, with what it says now."""
    yield from _rows(Source.objects.filter(study=study), _SOURCE)
    yield from _rows(Provenance.objects.filter(source__study=study), _PROVENANCE)
    yield from _rows(Section.objects.filter(study=study), _SECTION, used=("label_values",))
    yield from _rows(Trial.objects.filter(section__study=study, images=None), ("section_id", "number"))
    yield from _rows(TrialImage.objects.filter(trial__section__study=study), _TRIAL_IMAGE, used=("tells",))
    keys = Key.objects.filter(trial_image__trial__section__study=study)
    yield from _rows(keys, _KEY, used=("screen",))
    yield from _walks(study)


_SOURCE = (
    "name", "kind", "position", "description", "checkpoint_digest", "sampler", "generated", "rejected",
    "rejection_rule",
)  # fmt: skip
_PROVENANCE = ("source_id", "image__digest", "labels", "group", "facts", "seed", "conditions")
_SECTION = ("position", "name", "task", "practice")
_TRIAL_IMAGE = ("trial__section_id", "trial__number", "trial_id", "number", "image__digest", "label")
_KEY = ("trial_image_id", "provenance_id", "alternative", "catch")


def _rows(rows: QuerySet[Any], columns: tuple[str, ...], *, used: tuple[str, ...] = ()) -> Iterator[Sealed]:
    """Rows with their columns; younger ones where they are `used`, of which older seals know nothing."""
    table = rows.model._meta.db_table
    for pk, *values in rows.order_by("pk").values_list("pk", *columns, *used).iterator(ROWS_AT_ONCE):
        content = dict(zip((*columns, *used), values, strict=True))
        yield (
            f"{table}:{pk}",
            canonical({name: value for name, value in content.items() if value or name not in used}),
        )


def _walks(study: Study) -> Iterator[Sealed]:
    """What each place is shown in a section: one digest for all its screens, of which there may be many."""
    for (section, place), walk in groupby(_screens(study), key=itemgetter(0, 1)):
        yield f"the walk of place {place} through section {section}", [screen[2:] for screen in walk]


def _screens(study: Study) -> Iterator[list[Any]]:
    """Every screen of every place with its slots, from two queries in the same order."""
    shown = Presentation.objects.filter(section__study=study).order_by("section_id", "place", "order", "pk")
    columns = "section_id", "place", "pk", "trial_id", "order", "repeats_id", "token"
    slots = _slots(study)
    pending = next(slots, None)
    for screen in shown.values_list(*columns).iterator(ROWS_AT_ONCE):
        own: list[Any] = []
        if pending is not None and pending[0] == screen[2]:
            own, pending = pending[1], next(slots, None)
        yield [*screen, own]


def _slots(study: Study) -> Iterator[tuple[int, list[Any]]]:
    """The slots of each screen, by the screen's key."""
    slots = Slot.objects.filter(presentation__section__study=study).order_by(
        "presentation__section_id",
        "presentation__place",
        "presentation__order",
        "presentation_id",
        "position",
    )
    columns = "presentation_id", "pk", "position", "trial_image_id", "token"
    rows = slots.values_list(*columns).iterator(ROWS_AT_ONCE)
    for screen, own in groupby(rows, key=itemgetter(0)):
        yield screen, [slot[1:] for slot in own]
