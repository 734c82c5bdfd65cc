"""The grey values behind a slot, for the eyes of the reader whose slot it is, when it is time."""

from functools import lru_cache

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Subquery, Sum

from readerstudy.accounts.models import User
from readerstudy.imaging import delivery
from readerstudy.reading.errors import NothingHere, ReadingError
from readerstudy.reading.models import Presentation, Slot, Tally
from readerstudy.reading.readers import readings_of, require_open
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk, trials_ahead
from readerstudy.studies.models import Enrolment, Lock


def pixels_of(user: User | AnonymousUser, token: str) -> bytes:
    """The buffer of one slot. Whatever is wrong, the answer is the same: there is nothing here."""
    slot = (
        Slot.objects.filter(token=token).select_related("presentation__section", "trial_image__image").first()
    )
    if slot is None:
        raise NothingHere
    if not _is_plainly_next(user, slot.presentation):
        _require_reach(user, slot.presentation)
    return delivery.pixels(slot.trial_image.image, scope=slot.presentation.section.study_id)


def _is_plainly_next(user: User | AnonymousUser, shown: Presentation) -> bool:
    """Whether this is a trial that comes next in a section that the reader has begun, by one statement.

    Whoever has answered in a section stands in it until its last trial is answered. Everything rarer, such as
    the first trial, practice and going back, is for `_require_reach`.
    """
    section = shown.section
    if section.practice:
        return False
    mine = Tally.objects.filter(enrolment=OuterRef("pk"), section=section).order_by()
    answered = mine.values("section").annotate(answered=Sum("answers")).values("answered")
    found = (
        Enrolment.objects.of(user)
        .readers()
        .current()
        .filter(study=section.study_id, place=shown.place, briefing__isnull=False)
        .filter(study__lock__isnull=False, study__freeze__isnull=True)
        .values_list("study__lock__plan_digest", Subquery(answered))
        .first()
    )
    if found is None or not found[1]:
        return False
    plan_digest, count = found
    return bool(count < shown.order <= count + 1 + _ahead(plan_digest, section.pk))


@lru_cache(maxsize=1024)
def _ahead(plan_digest: str, section: int) -> int:
    """How many trials a browser fetches ahead in a section of a locked plan."""
    lock = Lock.objects.select_related("protocol").get(plan_digest=plan_digest, study__sections=section)
    document = lock.protocol.document
    name = lock.study.sections.values_list("name", flat=True).get(pk=section)
    return trials_ahead(document, document.section(name))


def _require_reach(user: User | AnonymousUser, shown: Presentation) -> None:
    """Refuse what is neither in reach nor may be gone back to."""
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
