"""A study, its original, its copies and rehearsals: whoever knows the images of one knows them all.

So nobody reads a study who was ever on the staff of a member of its family, imported images into one, had a
copy made or previewed it; and nobody joins the staff of a member while they read another.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit.models import Event
from readerstudy.studies.errors import (
    HasReadTheStudy,
    HoldsAProgram,
    IsNotIndependent,
    KnowsTheStudy,
    MonitorsTheStudy,
    ReadsTheStudy,
)
from readerstudy.studies.models import Enrolment, Program, Role, Run, Study
from readerstudy.studies.models.enrolment import STAFF

#: Why somebody cannot take a role, each with a sentence for themselves.
Unfit = (HasReadTheStudy, HoldsAProgram, IsNotIndependent, KnowsTheStudy, MonitorsTheStudy, ReadsTheStudy)

#: The key of no account.
NOBODY = 0


class NotThisRole(InvitationRefused):
    """You cannot take this role in the study. Ask the person who invited you."""


def family_of(study: Study) -> set[int]:
    """Return the keys of all members, the study itself included."""
    family: set[int] = set()
    newest = {study.pk}
    while newest:
        family |= newest
        rows = Study.objects.filter(
            Q(pk__in=newest) | Q(copy_of__in=newest) | Q(rehearses__in=newest)
        ).values_list("pk", "copy_of", "rehearses")
        newest = {key for row in rows for key in row if key is not None} - family
    return family


def knows(user: User, study: Study) -> bool:
    """Return whether somebody could ever see the images of the study and their sources."""
    family = family_of(study)
    enrolments = Enrolment.objects.of(user).filter(study__in=family)
    imports = [f"study:{key}/import" for key in family]
    return (
        enrolments.filter(Q(role__in=STAFF) | Q(study__rehearses__isnull=False)).exists()
        or Study.objects.filter(pk__in=family, created_by=user).exists()
        or Run.objects.filter(study__in=family, by=user).exists()
        or holds_program(user, study)
        or Event.objects.filter(stream__name__in=imports, by=user).exists()
    )


def holds_program(user: User, study: Study) -> bool:
    """Return whether somebody is responsible for a program that reads a member: they can see its images."""
    return Program.objects.filter(holder=user, enrolment__study__in=family_of(study)).exists()


def monitors(user: User, study: Study) -> bool:
    """Whether somebody was told, or may be told, interim results of a member."""
    monitored = Enrolment.objects.of(user).filter(role=Role.MONITOR)
    return monitored.filter(study__in=family_of(study)).exists()


def has_a_part(user: User, study: Study) -> bool:
    """Whether somebody ever worked on, read or knows a member otherwise than as its monitor."""
    enrolments = Enrolment.objects.of(user).filter(study__in=family_of(study))
    return enrolments.exclude(role=Role.MONITOR).exists() or knows(user, study)


def reads(user: User, study: Study) -> bool:
    """Whether somebody is reading a member that is not frozen yet; rehearsals do not count."""
    open_readings = Enrolment.objects.of(user).current().readers().filter(study__freeze__isnull=True)
    return open_readings.filter(study__in=family_of(study), study__rehearses__isnull=True).exists()


def has_read(user: User, study: Study) -> bool:
    """Whether somebody left the study as its reader: they know images of it, and what it disclosed."""
    left = Enrolment.objects.of(user).readers().filter(study=study, withdrawal__isnull=False)
    return left.exists()


def require_fit(user: User, study: Study, role: str) -> None:
    """Refuse who knows the answers as a reader, who reads as staff, and who has any other part as monitor."""
    if role == Role.MONITOR and has_a_part(user, study):
        raise IsNotIndependent
    if role != Role.MONITOR and monitors(user, study):
        raise MonitorsTheStudy
    if role == Role.READER and knows(user, study):
        raise KnowsTheStudy
    if role == Role.READER and has_read(user, study):
        raise HasReadTheStudy
    if role in STAFF and reads(user, study):
        raise ReadsTheStudy
    if role == Role.ANALYST and holds_program(user, study):
        raise HoldsAProgram


def require_fit_address(email: str, study: Study, role: str) -> None:
    """Do the same for the person with this address.

    Of an address without an account the same is asked of the database: the time tells nobody who has one.
    """
    user = User.objects.filter(email=email.lower()).first()
    require_fit(user or User(pk=NOBODY), study, role)


def check_claim(invitation: Invitation, person: User) -> None:
    """Check again when an invitation is accepted: what the person knows may have changed since."""
    enrolment = Enrolment.objects.filter(invitation=invitation).select_related("study").first()
    if enrolment is None:
        return
    try:
        require_fit(person, enrolment.study, enrolment.role)
    except Unfit as refusal:
        ask = _("Ask the person who invited you.")
        raise NotThisRole(f"{refusal.to_the_person} {ask}") from refusal
