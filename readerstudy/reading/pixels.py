"""The grey values behind a slot, for the eyes of the reader whose slot it is, when it is time."""

from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from readerstudy.accounts.models import User
from readerstudy.imaging import delivery
from readerstudy.imaging.models import Envelope, Image
from readerstudy.imaging.packed_delivery import envelope_of, packed_body
from readerstudy.imaging.packed_files import packed_file
from readerstudy.reading.errors import NothingHere, ReadingError
from readerstudy.reading.models import Fetch, Presentation, Slot, Tally
from readerstudy.reading.readers import readings_of, require_open
from readerstudy.reading.sealed import may_hold_sealed, sealed
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk, trials_ahead
from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Lock, Role
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument


def pixels_of(user: User | AnonymousUser, token: str) -> delivery.Body:
    """The buffer of one slot. Whatever is wrong, the answer is the same: there is nothing here."""
    given = _given(user, token)
    return _noted(delivery.body(given.image, scope=given.study), given.note)


def packed_of(user: User | AnonymousUser, token: str) -> delivery.Body:
    """The same packed, where the images of the study are."""
    given, envelope = _packed(user, token)
    return _noted(packed_body(given.image, envelope), given.note)


def packed_file_of(user: User | AnonymousUser, token: str) -> str | None:
    """Where the same lies as a file, for the web server; None where it is noted how much of it is fetched."""
    given, envelope = _packed(user, token)
    return packed_file(given.image, envelope) if given.note is None else None


def sealed_of(user: User | AnonymousUser, token: str) -> delivery.Body:
    """What a browser would fetch of a slot, sealed, from the trial before it on; each fetch is noted."""
    slot = _slot(token)
    study = slot.presentation.section.study
    walk = _walk_of(user, slot.presentation)
    if not may_hold_sealed(walk, slot.presentation):
        raise NothingHere
    image, envelope = slot.trial_image.image, envelope_of(str(study.uuid))
    body = delivery.body(image, scope=study.pk) if envelope is None else packed_body(image, envelope)
    return _noted(sealed(body, token), Fetch(slot=slot, enrolment=walk.enrolment))


def _noted(body: delivery.Body, note: Fetch | None) -> delivery.Body:
    """Return a body that saves the note, with the share of the body that is read, before it is."""
    if note is None:
        return body

    def read(start: int, stop: int) -> bytes | memoryview:
        note.share = (stop - start) / body.length
        note.save()
        return body.read(start, stop)

    return delivery.Body(length=body.length, read=read)


class _Given(NamedTuple):
    """An image for the person who asks, and what is noted of it; SQLite has the study's UUID as a text."""

    image: Image
    study: int
    study_uuid: UUID | str
    note: Fetch | None = None


def _packed(user: User | AnonymousUser, token: str) -> tuple[_Given, Envelope]:
    given = _given(user, token)
    envelope = envelope_of(str(UUID(str(given.study_uuid))))
    if envelope is None:
        raise NothingHere
    return given, envelope


def _given(user: User | AnonymousUser, token: str) -> _Given:
    """The image of a slot, if it is for this person and its time has come."""
    return _plainly_next(user, token) or _in_reach(user, token)


def _in_reach(user: User | AnonymousUser, token: str) -> _Given:
    """The same by some other way than plainly next; a fetch in a timed section is noted."""
    slot = _slot(token)
    study = slot.presentation.section.study
    walk = _walk_of(user, slot.presentation)
    if slot.presentation not in walk.in_reach and not walk.may_go_back_to(slot.presentation):
        raise NothingHere
    timed = _timed(study.lock.plan_digest, slot.presentation.section_id)
    note = Fetch(slot=slot, enrolment=walk.enrolment) if timed else None
    return _Given(slot.trial_image.image, study.pk, study.uuid, note)


def _slot(token: str) -> Slot:
    """A slot of a locked study, with all that is asked of it."""
    related = "presentation__section__study__lock", "trial_image__image"
    slot = Slot.objects.filter(token=token).select_related(*related).first()
    if slot is None or not hasattr(slot.presentation.section.study, "lock"):
        raise NothingHere
    return slot


_IMAGE = ("id", "digest", "width", "height", "bits", "channels", "frames")


def _slots_of_readers() -> QuerySet[Slot, Any]:
    """Write the statement of `_plainly_next`: a slot, if somebody reads at its place, with what says when."""
    section = "presentation__section"
    study, reader = f"{section}__study", f"{section}__study__enrolments"
    mine = Tally.objects.filter(enrolment=OuterRef(reader), section=OuterRef(section)).order_by()
    answered = mine.values("section").annotate(answered=Sum("answers")).values("answered")
    whose = {
        f"{reader}__place": F("presentation__place"),
        f"{reader}__role": Role.READER,
        f"{reader}__withdrawal__isnull": True,
        f"{reader}__briefing__isnull": False,
    }
    given = Q(**{f"{reader}__user": Given("account")})
    taken = Q(**{f"{reader}__invitation__claim__by": Given("account")})
    return (
        Slot.objects.filter(token=Given("token"), presentation__section__practice=False)
        .filter(**{f"{study}__lock__isnull": False, f"{study}__freeze__isnull": True})
        .filter(given | taken, **whose)
        .order_by()
        .values_list(
            f"{study}__lock__plan_digest",
            study,
            f"{study}__uuid",
            section,
            "presentation__order",
            Subquery(answered),
            *(f"trial_image__image__{name}" for name in _IMAGE),
        )
    )


_PLAINLY_NEXT = Statement(_slots_of_readers)


def _plainly_next(user: User | AnonymousUser, token: str) -> _Given | None:
    """The image of a slot that comes next in a section that its reader has begun, by one statement.

    Whoever has answered in a section stands in it until its last trial is answered. Everything rarer, such as
    the first trial, practice and going back, is for `_in_reach`.
    """
    found = _PLAINLY_NEXT.row(account=user.pk, token=token) if isinstance(user, User) else None
    if found is None:
        return None
    plan_digest, study, uuid, section, order, answered, *image = found
    if not answered or _timed(plan_digest, section):
        return None
    if not answered < order <= answered + 1 + _ahead(plan_digest, section):
        return None
    return _Given(Image.from_db(DEFAULT_DB_ALIAS, _IMAGE, image), study, uuid)


@lru_cache(maxsize=1024)
def _ahead(plan_digest: str, section: int) -> int:
    """How many trials a browser fetches ahead in a section of a locked plan."""
    return trials_ahead(*_documents(plan_digest, section))


@lru_cache(maxsize=1024)
def _timed(plan_digest: str, section: int) -> bool:
    """Whether a section of a locked plan shows its images for a limited time."""
    _, document = _documents(plan_digest, section)
    return bool(document.exposure_ms or document.staircase)


def _documents(plan_digest: str, section: int) -> tuple[ProtocolDocument, SectionDocument]:
    lock = Lock.objects.select_related("protocol").get(plan_digest=plan_digest, study__sections=section)
    document = lock.protocol.document
    name = lock.study.sections.values_list("name", flat=True).get(pk=section)
    return document, document.section(name)


def _walk_of(user: User | AnonymousUser, shown: Presentation) -> Walk:
    """Where the reader of a presentation stands. Refuses whoever is not its reader or may not read now."""
    enrolment = readings_of(user).filter(study=shown.section.study_id, place=shown.place).first()
    if enrolment is None:
        raise NothingHere
    try:
        require_open(enrolment)
        require_steps(enrolment)
    except ReadingError as refusal:
        raise NothingHere from refusal
    return Walk(enrolment)
