"""Give virtual readers places in a study. They are marked as what they are, in every list and export."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.studies.invite import VIRTUAL_DOMAIN, Invited, enrol_reader, invite_reader
from readerstudy.studies.models import Enrolment, Study


def address(study: Study, number: int) -> str:
    return f"virtual-{number:02d}.{study.slug}@{VIRTUAL_DOMAIN}"


@transaction.atomic
def enrol_virtual(study: Study, number: int, *, by: User) -> Enrolment:
    """A virtual reader with a place, ready to read. The same number is the same reader."""
    email = address(study, number)
    known = Enrolment.objects.filter(study=study, user__email=email).first()
    if known is not None:
        return known
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=f"Virtual reader {number}")
    return enrol_reader(study, user, by=by, virtual=True)


@transaction.atomic
def invite_virtual(study: Study, number: int, *, by: User) -> Invited:
    """The same by a real invitation, for a virtual reader who comes in through the front door."""
    name = f"Virtual reader {number}"
    return invite_reader(study, address(study, number), by=by, name=name, virtual=True)
