"""The secrets of a study: what its plan and its pseudonyms are made from.

`plan_secret` draws every order and slot, and is revealed by the unblinding. `name_secret` makes every
pseudonym and is never revealed: with it, pseudonyms could be tested against e-mail addresses and public
films.
Everything else takes a key derived for one purpose: `plan_key(study, purpose)`, `name_key(study, purpose)`.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from readerstudy.audit.models import Event
from readerstudy.studies.create import CREATED
from readerstudy.studies.models import Study
from readerstudy.truth.allocation.keys import commitment
from readerstudy.truth.errors import CommitmentBroken, NoSecrets, SecretUnreadable
from readerstudy.truth.hidden import Hidden, derive
from readerstudy.truth.key_file import create_key_file, key_file, seal, unseal
from readerstudy.truth.models import StudySecrets

LOCKED = "study locked"
SIZES = {"plan_secret": 32, "name_secret": 32, "pixel_seed": 16}


def make_secrets(study: Study) -> StudySecrets:
    """Draw the secrets of a study. A study that has them keeps them."""
    existing = StudySecrets.objects.filter(study=study).first()
    if existing is not None:
        return existing
    if StudySecrets.objects.exists():
        _require_the_key_file()
    elif not key_file().exists():
        create_key_file()
    return StudySecrets.objects.create(study=study, **drawn_secrets(study.uuid))


def drawn_secrets(study: UUID) -> dict[str, Any]:
    """The columns of a new row of StudySecrets."""
    drawn = {column: secrets.token_bytes(size) for column, size in SIZES.items()}
    sealed = {column: seal(value, context=_context(study, column)) for column, value in drawn.items()}
    return {**sealed, "commitment": commitment(str(study), drawn["plan_secret"])}


def make_secrets_at_creation(study: Study) -> Mapping[str, str]:
    return {"commitment": make_secrets(study).commitment}


def commitment_of(study: Study) -> str:
    return _row(study).commitment


def require_readable(study: Study) -> None:
    """Refuse secrets that no key opens, whichever of them is asked for first."""
    for column in SIZES:
        _open(study, column)


def _require_the_key_file() -> None:
    """Refuse to seal with a key that opens nothing here: it is not the one that will be kept."""
    for uuid, sealed in StudySecrets.objects.order_by("-pk").values_list("study__uuid", "plan_secret"):
        with suppress(SecretUnreadable):
            unseal(bytes(sealed), context=_context(uuid, "plan_secret"))
            return
    raise SecretUnreadable(
        f"No key in {key_file().name} (SECRETS_KEY_FILE) opens the secrets of any study, so no study can be "
        "created. Restore the key file of this database, or put its keys below the new one."
    )


def keeps_commitment(study: Study) -> bool:
    """Whether the plan secret is the one that was committed to, at the creation and at the lock."""
    events = Event.objects.filter(stream__name=study.scope, verb__in=(CREATED, LOCKED))
    told = {event.particulars["commitment"] for event in events if "commitment" in event.particulars}
    return told | {commitment_of(study)} == {commitment(str(study.uuid), plan_secret_of(study))}


def require_commitment(study: Study) -> None:
    """Refuse a plan secret that is not the one the study was created with."""
    if not keeps_commitment(study):
        raise CommitmentBroken


def plan_key(study: Study, purpose: str) -> Hidden:
    """A key for one use of the plan secret, such as "order" or "plan digest"."""
    return derive(plan_secret_of(study), purpose, str(study.uuid))


def name_key(study: Study, purpose: str) -> Hidden:
    """A key for one kind of pseudonym, such as "image" or "reader"."""
    return derive(_open(study, "name_secret"), purpose, str(study.uuid))


def plan_secret_of(study: Study) -> Hidden:
    return _open(study, "plan_secret")


def pixel_seed(study: Study, series: int) -> int:
    """The seed of 128 bits from which images are generated for a study; another series, other images."""
    return int.from_bytes(derive(pixel_seed_of(study), f"series {series}", str(study.uuid))[:16])


def pixel_seed_of(study: Study) -> Hidden:
    return _open(study, "pixel_seed")


def _open(study: Study, column: str) -> Hidden:
    return unseal(bytes(getattr(_row(study), column)), context=_context(study.uuid, column))


def _row(study: Study) -> StudySecrets:
    row = StudySecrets.objects.filter(study=study).first()
    if row is None:
        raise NoSecrets
    return row


def _context(study: UUID, column: str) -> str:
    return f"{column} of study {study}"
