"""Give virtual readers places in a study. They are marked as what they are, in every list and export."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.errors import StudyIsFrozen, StudyIsNotLocked
from readerstudy.studies.invite import Invited, invite_reader, next_place, pseudonym
from readerstudy.studies.models import Enrolment, Role, Study

#: RFC 2606: nobody can ever have an address there.
DOMAIN = "readers.invalid"


def address(study: Study, number: int) -> str:
    return f"virtual-{number:02d}.{study.slug}@{DOMAIN}"


@transaction.atomic
def enrol_virtual(study: Study, number: int, *, by: User) -> Enrolment:
    """A virtual reader with a place, ready to read. The same number is the same reader."""
    email = address(study, number)
    known = Enrolment.objects.filter(study=study, user__email=email).first()
    if known is not None:
        return known
    study = study.take_turn()
    if not study.is_locked:
        raise StudyIsNotLocked
    if study.is_frozen:
        raise StudyIsFrozen
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=f"Virtual reader {number}")
    place = next_place(study)
    enrolment = Enrolment.objects.create(
        study=study,
        user=user,
        role=Role.READER,
        place=place,
        pseudonym=pseudonym(place),
        virtual=True,
        invited_by=by,
    )
    particulars = {"reader": enrolment.pseudonym}
    record(study.scope, "virtual reader enrolled", by=by, on=enrolment, particulars=particulars)
    return enrolment


@transaction.atomic
def invite_virtual(study: Study, number: int, *, by: User) -> Invited:
    """The same by a real invitation, for a virtual reader who comes in through the front door."""
    invited = invite_reader(study, address(study, number), by=by, name=f"Virtual reader {number}")
    Enrolment.objects.filter(pk=invited.enrolment.pk).update(virtual=True)
    return invited
