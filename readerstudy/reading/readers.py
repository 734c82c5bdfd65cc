"""Who reads what: a person's enrolments as a reader, and whether they may read now."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Sum

from readerstudy.accounts.models import User
from readerstudy.reading.errors import Frozen, NotAReader, NotOpenYet, ReadingError, Withdrawn
from readerstudy.studies.models import Enrolment, Freeze, Withdrawal
from readerstudy.studies.models.enrolment import EnrolmentQuerySet


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Why no answer is taken from a reader, if so, and how many trials of each section they have answered."""

    refusal: type[ReadingError] | None
    answered: Mapping[int, int]


STEPS = ("consent", "questionnaire", "briefing")


def readings_of(user: User | AnonymousUser) -> EnrolmentQuerySet:
    """A person's enrolments as a reader, each with its study and with what was done before reading."""
    if not isinstance(user, User):
        return Enrolment.objects.none()
    return (
        Enrolment.objects.of(user)
        .readers()
        .select_related("study__lock__protocol", "study__freeze", "withdrawal", *STEPS)
    )


def reading_of(user: User | AnonymousUser, slug: str) -> Enrolment:
    """The enrolment in which somebody reads a study. Other people's studies do not exist for them."""
    enrolment = readings_of(user).filter(study__slug=slug).first()
    if enrolment is None:
        raise NotAReader
    return enrolment


def require_open(enrolment: Enrolment) -> None:
    """Refuse unless the study is locked and not frozen, and the reader has not left it."""
    if not hasattr(enrolment.study, "lock"):
        raise NotOpenYet
    if hasattr(enrolment, "withdrawal"):
        raise Withdrawn
    if hasattr(enrolment.study, "freeze"):
        raise Frozen


def standing_of(enrolment: Enrolment) -> Standing:
    """What the database says of a reader now that it is their turn, by one statement."""
    rows = Enrolment.objects.filter(pk=enrolment.pk).order_by()
    columns = "withdrawal", "study__freeze", "tallies__section"
    found = list(rows.values_list(*columns).annotate(Sum("tallies__answers")))
    withdrawal, freeze, *_ = found[0]
    refusal = Withdrawn if withdrawal else Frozen if freeze else None
    return Standing(refusal=refusal, answered={section: count for *_, section, count in found if section})


def require_open_now(enrolment: Enrolment) -> None:
    """The same, asked of the database: what may have happened since the enrolment was read."""
    if Withdrawal.objects.filter(enrolment=enrolment).exists():
        raise Withdrawn
    if Freeze.objects.filter(study=enrolment.study_id).exists():
        raise Frozen
