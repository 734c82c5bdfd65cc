"""A reader consents to the study, and confirms that the instructions were read."""

from typing import TypeVar

from django.db import transaction
from django.utils.translation import get_language

from readerstudy.accounts.models import User
from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.models import Briefing, Consent
from readerstudy.reading.readers import require_open
from readerstudy.reading.steps import document_of
from readerstudy.studies.models import Enrolment

Text = TypeVar("Text", Consent, Briefing)


def consent(enrolment: Enrolment, *, by: User) -> Consent:
    """Record the reader's consent to the locked text. Consenting twice is one consent."""
    return _acknowledge(Consent, enrolment, "consent", "consent given", by=by)


def be_briefed(enrolment: Enrolment, *, by: User) -> Briefing:
    """Record that the reader has read the locked instructions. Saying it twice is saying it once."""
    return _acknowledge(Briefing, enrolment, "instructions", "instructions read", by=by)


@transaction.atomic
def _acknowledge(model: type[Text], enrolment: Enrolment, name: str, verb: str, *, by: User) -> Text:
    require_open(enrolment)
    digest = digest_of_text(getattr(document_of(enrolment), name))
    enrolment.take_turn()
    row, new = model._default_manager.get_or_create(enrolment=enrolment, defaults={"text_digest": digest})
    if new:
        said = {"text": digest, "language": get_language()}
        record(enrolment.stream, verb, by=by, on=enrolment, particulars=said, audience=Audience.READER)
    return row
