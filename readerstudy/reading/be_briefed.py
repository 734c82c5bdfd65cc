"""A reader has gone through the instructions."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.models import Briefing
from readerstudy.reading.readers import require_open
from readerstudy.reading.steps import document_of, text_digest
from readerstudy.studies.models import Enrolment


@transaction.atomic
def be_briefed(enrolment: Enrolment, *, by: User) -> Briefing:
    """Say that the instructions as they were locked have been read. Saying it twice is saying it once."""
    require_open(enrolment)
    digest = text_digest(document_of(enrolment).instructions)
    enrolment.take_turn()
    briefing, new = Briefing.objects.get_or_create(enrolment=enrolment, defaults={"text_digest": digest})
    if new:
        record(
            enrolment.stream,
            "instructions read",
            by=by,
            on=enrolment,
            particulars={"text": digest},
            audience=Audience.READER,
        )
    return briefing
