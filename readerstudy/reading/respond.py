"""Take an answer: once, in order, whole, and safe before it is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.answer import Answer
from readerstudy.reading.checks import Screen
from readerstudy.reading.errors import (
    AnsweredAlready,
    ComeBackLater,
    DisplayRefused,
    NothingHere,
    OtherAnswer,
    OutOfOrder,
    StepFirst,
)
from readerstudy.reading.exposures import exposure_of
from readerstudy.reading.hand_in import leave
from readerstudy.reading.in_time import in_time, require_time_passed
from readerstudy.reading.models import Fetch, Presentation, Rating, Reason, Response, Sitting
from readerstudy.reading.models.presentation import without_slots
from readerstudy.reading.open_sitting import require_hold
from readerstudy.reading.readers import require_open, standing_of
from readerstudy.reading.screen_rows import screen_named
from readerstudy.reading.screens import screen_of
from readerstudy.reading.steps import document_of, require_steps
from readerstudy.reading.stored_answers import VERSION, stored_now
from readerstudy.reading.tally import tally
from readerstudy.reading.walk import Walk
from readerstudy.statements import at_once, execute, insert, insert_all, update
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment, Section


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When and how fast, by the reader's clock. `particulars` holds the rest as it came."""

    response_ms: int | None = None
    active_ms: int | None = None
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An answer that is committed; `is_repeat` if it had been before. `walk` is where the reader is now."""

    response: Response
    is_repeat: bool
    walk: Walk


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An answer that is whole, on its way into the database."""

    enrolment: Enrolment
    presentation: Presentation
    answer: Answer
    client_uuid: UUID
    timing: Timing
    sitting: UUID | None
    by: User
    exposure_ms: int = 0
    #: How many answers there are tells how good they are, in practice and under a staircase.
    count_tells: bool = False

    @property
    def digest(self) -> str:
        return self.answer.digest(self.presentation.token)


def respond(
    enrolment: Enrolment,
    token: str,
    answer: Answer,
    *,
    by: User,
    client_uuid: UUID,
    timing: Timing | None = None,
    sitting: UUID | None = None,
) -> Accepted:
    """Store the answer of a reader to the presentation they are to read now.

    The same `client_uuid` with the same answer is the same response. What never changes is checked before the
    transaction, so that the transaction is short.
    """
    require_open(enrolment)
    require_steps(enrolment)
    presentation = presentation_of(enrolment, token)
    lock = enrolment.study.lock
    screen = screen_of(presentation, lock.protocol.document, lock.plan_digest)
    timing = timing or Timing()
    answer = in_time(answer, screen, timing.response_ms, of=enrolment, to=presentation)
    attempt = Attempt(
        enrolment=enrolment,
        presentation=presentation,
        answer=answer,
        client_uuid=client_uuid,
        timing=timing,
        sitting=sitting,
        by=by,
        exposure_ms=_exposure_ms(enrolment, presentation, screen),
        count_tells=screen.section.practice or screen.section.staircase is not None,
    )
    try:
        return _accept(attempt)
    except IntegrityError:
        # The number was used before, or the freeze was committed while this answer was on its way.
        return _accept(attempt, was_refused=True)


def _exposure_ms(enrolment: Enrolment, presentation: Presentation, screen: Screen) -> int:
    """How long the images of a screen are shown, asked before the transaction that stores its answer."""
    if screen.section.staircase is None or not screen.letters:
        return screen.section.exposure_ms if screen.letters else 0
    walk = Walk(enrolment)
    return exposure_of(walk) if walk.is_next(presentation) else 0


def presentation_of(enrolment: Enrolment, token: str) -> Presentation:
    """One of the reader's own presentations; anybody else's does not exist."""
    screen = screen_named(token, of=enrolment)
    if screen is not None:
        return screen
    for page in without_slots(Presentation.objects.of(enrolment).filter(token=token)):
        return page
    raise NothingHere


@transaction.atomic
def _accept(attempt: Attempt, *, was_refused: bool = False) -> Accepted:
    """Store an answer, or find that it is stored.

    The number of an answer to what is open now is new unless the database refuses it, and then this is called
    once more. Every other answer may be a repeat, and one that is known is a repeat also after the end.
    """
    enrolment = attempt.enrolment
    enrolment.await_turn()
    standing = standing_of(enrolment)
    walk = Walk(enrolment, standing.answered)
    is_next = walk.is_next(attempt.presentation)
    if was_refused or standing.refusal or not is_next:
        repeat = _repeat_of(attempt)
        if repeat is not None:
            return Accepted(response=repeat, is_repeat=True, walk=Walk(enrolment))
    if standing.refusal:
        raise standing.refusal
    sitting = require_hold(walk, attempt.sitting)
    _require_display(enrolment, sitting)
    if is_next and walk.stretch is not None and attempt.presentation.screen_slots:
        require_time_passed(enrolment, walk.stretch)
    revision = _revision(walk, attempt.presentation)
    with at_once():
        response = _store(attempt, sitting, revision)
        tally(response, attempt.presentation.section, attempt.answer.ratings.values())
        _settle(attempt, sitting)
        _record(attempt, response)
    for section in _sections_left(walk, attempt.presentation):
        leave(enrolment, section, by=attempt.by)
    return Accepted(response=response, is_repeat=False, walk=walk.after_next() if is_next else walk)


def _repeat_of(attempt: Attempt) -> Response | None:
    stored = Response.objects.filter(client_uuid=attempt.client_uuid).first()
    if stored is not None and (stored.enrolment_id, stored.digest) != (attempt.enrolment.pk, attempt.digest):
        raise OtherAnswer
    return stored


def _require_display(enrolment: Enrolment, sitting: Sitting | None) -> None:
    if enrolment.program or document_of(enrolment).display.if_failed != "refuse":
        return
    if sitting is None or not sitting.passed_display_check:
        raise DisplayRefused


def _revision(walk: Walk, presentation: Presentation) -> int:
    """The number of the next revision, if the presentation may be answered now."""
    stretch = walk.stretch
    if stretch is not None and walk.is_next(presentation):
        return stretch.round
    given = presentation.responses.filter(enrolment=walk.enrolment).count()
    rounds = next(one.round for one in walk.stretches if one.section == presentation.section)
    if given >= rounds:
        if not walk.may_go_back_to(presentation):
            raise AnsweredAlready
        return given + 1
    if stretch is None:
        _require_section_open(walk)
    raise OutOfOrder


def _require_section_open(walk: Walk) -> None:
    if walk.to_hand_in is not None:
        sentence = _("Hand in “{section}” first. The next section opens after that.")
        raise StepFirst(sentence.format(section=spoken(walk.to_hand_in.document.title)))
    if walk.gate is not None:
        raise StepFirst(
            _("The practice is not over yet. Open the study from your list; it shows your result.")
        )
    if walk.to_disclose is not None:
        raise StepFirst(_("Read first what follows the last section. Open the study from your list."))
    if walk.opens_at is not None:
        date = date_format(walk.opens_at, "DATETIME_FORMAT")
        raise ComeBackLater(_("The next section opens on {date} (UTC).").format(date=date))


def _particulars(attempt: Attempt) -> dict[str, Any]:
    """What the browser measured. How long images had to be shown, and how often they were fetched, is not."""
    said = dict(attempt.timing.particulars)
    if not attempt.exposure_ms:
        return said
    fetches = Fetch.objects.filter(enrolment=attempt.enrolment, slot__presentation=attempt.presentation)
    return {**said, "exposure_ms": attempt.exposure_ms, "fetches": fetches.images()}


def _store(attempt: Attempt, sitting: Sitting | None, revision: int) -> Response:
    answer = attempt.answer
    slots = {slot.letter: slot for slot in attempt.presentation.screen_slots}
    response = Response(
        presentation=attempt.presentation,
        enrolment=attempt.enrolment,
        sitting=sitting,
        revision=revision,
        client_uuid=attempt.client_uuid,
        digest=attempt.digest,
        pick=slots[answer.pick] if answer.pick else None,
        call=answer.call or "",
        confidence=answer.confidence,
        verdict=answer.verdict or "",
        observed=dict(answer.observed),
        items=[said.as_dict() for said in answer.items] or None,
        response_ms=attempt.timing.response_ms,
        active_ms=attempt.timing.active_ms,
        timing=_particulars(attempt),
    )
    insert(response)
    insert_all(
        Rating(response_id=response.pk, slot_id=slots[letter].pk, points=points)
        for letter, points in answer.ratings.items()
    )
    insert_all(
        Reason(response_id=response.pk, slot_id=slots[spot.slot].pk, tag=spot.tag, x=spot.x, y=spot.y)
        for spot in answer.reasons
    )
    return response


def _record(attempt: Attempt, response: Response) -> None:
    """The event names the answer by its digest; what it says stays in the answer's own row."""
    stored = stored_now(response, attempt.answer.as_recorded())
    record(
        attempt.enrolment.stream,
        "answer given" if response.revision == 1 else "answer changed",
        by=attempt.by,
        on=response,
        particulars={
            "section": attempt.presentation.section.name,
            "order": attempt.presentation.order,
            "revision": response.revision,
            "answer": stored.digest(VERSION),
            "version": VERSION,
        },
        audience=Audience.UNBLINDED if attempt.count_tells else Audience.STAFF,
    )


_DELETE_DRAFT = "DELETE FROM reading_draft WHERE enrolment_id = %s AND presentation_id = %s"


def _settle(attempt: Attempt, sitting: Sitting | None) -> None:
    """What follows from an answer: its draft is gone, and the sitting is alive."""
    execute(_DELETE_DRAFT, [attempt.enrolment.pk, attempt.presentation.pk])
    if sitting is not None:
        sitting.seen_at, sitting.ended_at = timezone.now(), None
        update(sitting, "seen_at", "ended_at")


def _sections_left(walk: Walk, presentation: Presentation) -> list[Section]:
    """Those that nobody comes back to after this answer.

    A section is left with its own last answer, unless a pass mark still has to be met. Where readers may go
    back, they hand it in themselves.
    """
    section = presentation.section
    if walk.lets_go_back(section) or not walk.is_next(presentation):
        return []
    stretch = walk.stretch
    if walk.document.section(section.name).pass_mark is not None or stretch is None:
        return []
    return [section] if stretch.answered + 1 == stretch.total else []
