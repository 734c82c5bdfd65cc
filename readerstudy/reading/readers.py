"""Who reads what: a person's enrolments as a reader, and whether they may read now."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, Sum

from readerstudy.accounts.models import User
from readerstudy.reading.errors import Frozen, NotAReader, NotOpenYet, ReadingError, Withdrawn
from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Enrolment, Lock, Protocol, Study
from readerstudy.studies.models.enrolment import EnrolmentQuerySet


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Why no answer is taken from a reader, if so, and how many trials of each section they have answered."""

    refusal: type[ReadingError] | None
    answered: Mapping[int, int]


BEFORE_READING = ("consent", "questionnaire", "briefing")


def readings_of(user: User | AnonymousUser) -> EnrolmentQuerySet:
    """A person's enrolments as a reader, each with its study and with what was done before reading."""
    if not isinstance(user, User):
        return Enrolment.objects.none()
    return (
        Enrolment.objects.of(user)
        .readers()
        .select_related("study__lock__protocol", "study__freeze", "withdrawal", *BEFORE_READING)
    )


def reading_of(user: User | AnonymousUser, slug: str) -> Enrolment:
    """The enrolment in which somebody reads a study. Other people's studies do not exist for them."""
    if not isinstance(user, User):
        raise NotAReader
    return readings_of(user).get(pk=_key_of(user, slug))


# In the order of the models' fields, as `from_db` takes them.
_MINE = (
    "id",
    "study_id",
    "user_id",
    "invitation_id",
    "role",
    "place",
    "arm",
    "pseudonym",
    "virtual",
    "program",
)
_STUDY = ("id", "uuid", "slug", "title")
_LOCK = ("id", "study_id", "protocol_id", "protocol_digest", "plan_digest")
_BESIDE = ("withdrawal", "freeze", *BEFORE_READING)


def _keys(person: Q) -> QuerySet[Enrolment, Any]:
    readers = Enrolment.objects.readers().filter(person, study__slug=Given("slug")).order_by()
    return readers.values_list("pk")


def _first() -> QuerySet[Enrolment]:
    """Somebody's first enrolment. A condition on one or the other would read all of a study."""
    keys = _keys(Q(user=Given("account"))).union(_keys(Q(invitation__claim__by=Given("account"))))
    return Enrolment.objects.filter(pk__in=keys).order_by("place")


_KEY = Statement(lambda: _first().values_list("pk"))
_NOW = Statement(
    lambda: _first().values_list(
        *_MINE,
        *(f"study__{name}" for name in _STUDY),
        *(f"study__lock__{name}" for name in _LOCK),
        *("study__freeze" if name == "freeze" else name for name in _BESIDE),
    )
)


def _key_of(user: User, slug: str) -> int:
    found = _KEY.row(account=user.pk, slug=slug)
    if found is None:
        raise NotAReader
    return int(found[0])


def reading_now(user: User, slug: str) -> Enrolment:
    """The same for requests that do none of the steps: with what they need, by a statement written once."""
    found = _NOW.row(account=user.pk, slug=slug)
    if found is None:
        raise NotAReader
    columns = iter(found)
    mine, of_study, of_lock = (list(islice(columns, len(names))) for names in (_MINE, _STUDY, _LOCK))
    enrolment = Enrolment.from_db(DEFAULT_DB_ALIAS, _MINE, [*mine[:-2], *map(bool, mine[-2:])])
    key, uuid, *names = of_study  # SQLite has the UUID as a text
    enrolment.study = Study.from_db(DEFAULT_DB_ALIAS, _STUDY, [key, UUID(str(uuid)), *names])
    if of_lock[0] is not None:
        lock = Lock.from_db(DEFAULT_DB_ALIAS, _LOCK, of_lock)
        lock.protocol = _protocol(lock.protocol_id, lock.protocol_digest)
        enrolment.study.lock = lock
    enrolment.beside = {name: row is not None for name, row in zip(_BESIDE, columns, strict=True)}
    return enrolment


@lru_cache(maxsize=64)
def _protocol(key: int, digest: str) -> Protocol:
    """A locked protocol, which nobody changes; `digest` is that of the lock."""
    return Protocol.objects.get(pk=key)


def require_open(enrolment: Enrolment) -> None:
    """Refuse unless the study is locked and not frozen, and the reader has not left it."""
    if not hasattr(enrolment.study, "lock"):
        raise NotOpenYet
    if enrolment.has("withdrawal"):
        raise Withdrawn
    if enrolment.has("freeze"):
        raise Frozen


def standing_of(enrolment: Enrolment) -> Standing:
    """What the database says of a reader now that it is their turn, by one statement."""
    found = _STANDING.rows(enrolment=enrolment.pk)
    withdrawal, freeze, *_ = found[0]
    refusal = Withdrawn if withdrawal else Frozen if freeze else None
    return Standing(refusal=refusal, answered={section: count for *_, section, count in found if section})


_STANDING = Statement(
    lambda: (
        Enrolment.objects.filter(pk=Given("enrolment"))
        .order_by()
        .values_list("withdrawal", "study__freeze", "tallies__section")
        .annotate(Sum("tallies__answers"))
    )
)


def require_open_now(enrolment: Enrolment) -> None:
    """The same, asked of the database: what may have happened since the enrolment was read."""
    refusal = standing_of(enrolment).refusal
    if refusal is not None:
        raise refusal
