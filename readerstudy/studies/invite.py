"""Invite people: readers to a place of the plan, staff to a role."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from readerstudy.accounts.invite import invite, link_for
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit.record import record
from readerstudy.studies.errors import (
    AcceptedAlready,
    AlreadyEnrolled,
    NoPlaceLeft,
    NoSuchArm,
    NotAnAddress,
    NothingToMonitor,
    OneMonitor,
    StudyIsFrozen,
    StudyIsNotLocked,
    require_reason,
)
from readerstudy.studies.family import require_fit_address
from readerstudy.studies.lead import make_invited_leader
from readerstudy.studies.models import Enrolment, Role, Study

#: Without those that people mistake for one another.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: RFC 2606: nobody can ever have an address there. The virtual readers have theirs there.
VIRTUAL_DOMAIN = "readers.invalid"


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An enrolment with its personal link, which is not stored and cannot be shown again."""

    enrolment: Enrolment
    link: str


@transaction.atomic
def invite_reader(
    study: Study,
    email: str,
    *,
    by: User,
    name: str = "",
    language: str = "",
    arm: str = "",
    virtual: bool = False,
) -> Invited:
    """Give the next free place, of an arm if one is named, and create the invitation link."""
    study = study.take_turn_while_read()
    _require_fit(email, study, Role.READER)
    invitation, token = invite(email, by=by, name=name, language=language)
    enrolment = _new_reader(
        study, "reader invited", arm=arm, invitation=invitation, virtual=virtual, invited_by=by
    )
    return Invited(enrolment=enrolment, link=link_for(token))


@transaction.atomic
def enrol_reader(
    study: Study, user: User, *, by: User, virtual: bool = False, program: bool = False
) -> Enrolment:
    """Give the next free place to somebody who has an account, without an invitation."""
    study = study.take_turn_while_read()
    verb = "virtual reader enrolled" if virtual else "reader enrolled"
    return _new_reader(study, verb, user=user, virtual=virtual, program=program, invited_by=by)


def _new_reader(study: Study, verb: str, *, arm: str = "", invited_by: User, **who: Any) -> Enrolment:
    """Give the next free place, of an arm if one is named, to `who`: an invitation or an account."""
    place = next_place(study, arm)
    enrolment = Enrolment.objects.create(
        study=study,
        role=Role.READER,
        place=place,
        arm=arm_at(study, place),
        pseudonym=new_pseudonym(study),
        invited_by=invited_by,
        **who,
    )
    record(study.scope, verb, by=invited_by, on=enrolment, particulars=place_of(enrolment))
    return enrolment


def place_of(enrolment: Enrolment) -> dict[str, object]:
    """Return what the log records of a reader's place; `verify_people` compares the row with it."""
    arm = {"arm": enrolment.arm} if enrolment.arm else {}
    return {"reader": enrolment.pseudonym, "place": enrolment.place, "virtual": enrolment.virtual, **arm}


@transaction.atomic
def invite_staff(
    study: Study, email: str, role: str, *, by: User, language: str = "", leads: bool = False
) -> Invited:
    """Make somebody owner, coordinator, analyst or monitor of a study, by invitation.

    With `leads` they may create studies of their own, which only somebody who may can give.
    """
    study = study.take_turn()
    _require_fit(email, study, role)
    if role == Role.MONITOR:
        _require_something_to_monitor(study)
    invitation, token = invite(email, by=by, language=language)
    if leads:
        make_invited_leader(invitation, by=by)
    enrolment = Enrolment.objects.create(study=study, invitation=invitation, role=role, invited_by=by)
    record(study.scope, "staff invited", by=by, on=enrolment, particulars={"role": role})
    return Invited(enrolment=enrolment, link=link_for(token))


def _require_something_to_monitor(study: Study) -> None:
    """Refuse a monitor unless the locked protocol plans looks and has no monitor yet."""
    if not study.is_locked:
        raise StudyIsNotLocked
    if study.protocol.document.looks is None:
        raise NothingToMonitor
    if Enrolment.objects.filter(study=study, role=Role.MONITOR).current().exists():
        raise OneMonitor


def _not_accepted(enrolment: Enrolment) -> tuple[Enrolment, Invitation]:
    enrolment = enrolment.take_turn()
    if enrolment.person is not None or enrolment.invitation is None:
        raise AcceptedAlready
    return enrolment, enrolment.invitation


@transaction.atomic
def renew_link(enrolment: Enrolment, *, by: User) -> Invited:
    """Create a new link for somebody who has not accepted; the old one stops working."""
    enrolment, old = _not_accepted(enrolment)
    return _relink(enrolment, old, old.email, "link renewed", by=by, reason="A new link was made")


@transaction.atomic
def readdress(enrolment: Enrolment, email: str, *, by: User, reason: str) -> Invited:
    """Invite another address to the place of a reader who has not accepted, such as after a typing error."""
    enrolment.study.take_turn()
    enrolment, old = _not_accepted(enrolment)
    if enrolment.study.is_frozen:
        raise StudyIsFrozen
    require_reason(reason)
    _require_fit(email, enrolment.study, enrolment.role)
    return _relink(enrolment, old, email, "invitation readdressed", by=by, reason=reason)


def _relink(
    enrolment: Enrolment, old: Invitation, email: str, verb: str, *, by: User, reason: str
) -> Invited:
    old.revoke(by=by, reason=reason)
    name = old.name if email == old.email else ""
    enrolment.invitation, token = invite(email, by=by, name=name, language=old.language)
    enrolment.save(update_fields=["invitation"])
    record(enrolment.study.scope, verb, by=by, on=enrolment, reason=reason)
    return Invited(enrolment=enrolment, link=link_for(token))


def _require_fit(email: str, study: Study, role: str) -> None:
    """Refuse what is no address, and the address of somebody who cannot have this part in the study."""
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotAnAddress(
            f"{email!r} is not an email address. Write one such as name@hospital.example."
        ) from error
    refuse_double(study, email)
    require_fit_address(email, study, role)


def new_pseudonym(study: Study) -> str:
    """Return a random name: it reveals neither the person nor the order of invitations."""
    taken = set(Enrolment.objects.filter(study=study).values_list("pseudonym", flat=True))
    while True:
        name = "R" + "".join(secrets.choice(LETTERS) for _ in range(4))
        if name not in taken:
            return name


def next_place(study: Study, arm: str = "") -> int:
    """Return the lowest place that nobody has. A place whose reader accepted is never given again.

    With an `arm`, return the lowest free place of that arm.
    """
    protocol = study.lock.protocol.document
    names = [one.name for one in protocol.arms]
    if arm and arm not in names:
        known = f"its arms are {', '.join(names)}" if names else "it has no arms; leave the arm out"
        raise NoSuchArm(f"The study has no arm {arm!r}: {known}.")
    taken = set(Enrolment.objects.filter(study=study, place__isnull=False).values_list("place", flat=True))
    own = [place for place in range(1, protocol.places + 1) if arm in ("", arm_at(study, place))]
    free = next((place for place in own if place not in taken), None)
    if free is None:
        of_arm = f" of arm {arm!r}" if arm else ""
        raise NoPlaceLeft(
            f"All {len(own)} places{of_arm} of the plan are taken. Plan a study with more places, "
            "such as `places = 24` under [study]."
        )
    return free


def arm_at(study: Study, place: int) -> str:
    """Return the name of a place's arm, "" in a study without arms and before the lock."""
    arm = study.lock.protocol.document.arm_of(place) if study.is_locked else None
    return arm.name if arm else ""


def refuse_double(study: Study, email: str) -> None:
    """Refuse a second role in a study: a reader who is also staff would not be blinded."""
    for enrolment in Enrolment.objects.filter(study=study).current().select_related("user", "invitation"):
        if enrolment.email.lower() == email.lower():
            raise AlreadyEnrolled(f"{email} already has a role in this study: {enrolment.role}.")
