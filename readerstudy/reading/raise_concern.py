"""A reader says that something is wrong with a screen. No answer, and nothing on the reader's way, changes.

While the study is blinded its staff read who reported which screen and the kind of problem. The image that is
meant and the text wait for the unblinding: they may speak of what the reader takes the image for.
"""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import UnknownSlot
from readerstudy.reading.models import Concern, Presentation, Slot
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.respond import presentation_of
from readerstudy.reading.steps import document_of, require_steps
from readerstudy.studies.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What is wrong, with the letter of the image that is meant, "" for the whole screen."""

    kind: str
    letter: str = ""
    text: str = ""


def raise_concern(
    enrolment: Enrolment, token: str, raised: Raised, *, by: User, client_uuid: UUID
) -> Concern:
    """Keep a concern. The same `client_uuid` is the same concern, whatever comes with it."""
    require_open(enrolment)
    require_steps(enrolment)
    presentation = presentation_of(enrolment, token)
    slot = _slot_of(presentation, raised.letter)
    with transaction.atomic():
        enrolment.take_turn()
        require_open_now(enrolment)
        concern, new = Concern.objects.get_or_create(
            enrolment=enrolment,
            client_uuid=client_uuid,
            defaults={
                "presentation": presentation,
                "slot": slot,
                "kind": raised.kind,
                "text": raised.text.strip(),
            },
        )
        if new:
            _record(concern, by=by)
    return concern


def _slot_of(presentation: Presentation, letter: str) -> Slot | None:
    if not letter:
        return None
    found = next((slot for slot in presentation.screen_slots if slot.letter == letter), None)
    if found is None:
        raise UnknownSlot
    return found


def _record(concern: Concern, *, by: User) -> None:
    """How often a screen of practice came, and how far a staircase went, waits as answers do."""
    told = document_of(concern.enrolment).section(concern.presentation.section.name)
    record(
        concern.enrolment.stream,
        "problem reported",
        by=by,
        on=concern,
        particulars=facts_of(concern),
        audience=Audience.UNBLINDED if told.practice or told.staircase else Audience.STAFF,
    )


def facts_of(concern: Concern) -> dict[str, object]:
    """What the log has of a concern: where, of which kind, and a digest of the rest that nobody can guess."""
    rest = [concern.client_uuid.hex, concern.slot_id, concern.text]
    return {
        "section": concern.presentation.section.name,
        "order": concern.presentation.order,
        "kind": concern.kind,
        "concern": digest_of_text(json.dumps(rest)),
    }
