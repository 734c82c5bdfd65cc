"""The grey values behind a slot, for the eyes of the reader whose slot it is, when it is time."""

from django.contrib.auth.models import AnonymousUser

from readerstudy.accounts.models import User
from readerstudy.imaging import delivery
from readerstudy.reading.errors import NothingHere, ReadingError
from readerstudy.reading.models import Slot
from readerstudy.reading.readers import readings_of, require_open
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk


def pixels_of(user: User | AnonymousUser, token: str) -> bytes:
    """The buffer of one slot. Whatever is wrong, the answer is the same: there is nothing here."""
    slot = (
        Slot.objects.filter(token=token).select_related("presentation__section", "trial_image__image").first()
    )
    if slot is None:
        raise NothingHere
    shown = slot.presentation
    enrolment = readings_of(user).filter(study=shown.section.study_id, place=shown.place).first()
    if enrolment is None:
        raise NothingHere
    try:
        require_open(enrolment)
        require_steps(enrolment)
    except ReadingError as refusal:
        raise NothingHere from refusal
    walk = Walk(enrolment)
    if shown not in walk.in_reach and not walk.may_go_back_to(shown):
        raise NothingHere
    return delivery.pixels(slot.trial_image.image)
