"""Read a study oneself before anybody else does, in a rehearsal that leaves nothing in it."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.studies.invite import next_place, pseudonym
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.truth.duplicate import rehearse


@transaction.atomic
def preview_study(study: Study, *, by: User) -> Study:
    """The rehearsal, in which whoever asks is a reader."""
    twin = rehearse(study, by=by)
    place = next_place(twin)
    Enrolment.objects.create(
        study=twin, user=by, role=Role.READER, place=place, pseudonym=pseudonym(place), invited_by=by
    )
    return twin
