"""A reader agrees to what the protocol says."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.models import Consent
from readerstudy.reading.readers import require_open
from readerstudy.reading.steps import document_of, text_digest
from readerstudy.studies.models import Enrolment


@transaction.atomic
def consent(enrolment: Enrolment, *, by: User) -> Consent:
    """The consent of a reader to the text as it was locked. Consenting twice is one consent."""
    require_open(enrolment)
    digest = text_digest(document_of(enrolment).consent)
    enrolment.take_turn()
    given, new = Consent.objects.get_or_create(enrolment=enrolment, defaults={"text_digest": digest})
    if new:
        record(
            enrolment.stream,
            "consent given",
            by=by,
            on=enrolment,
            particulars={"text": digest},
            audience=Audience.READER,
        )
    return given
