"""A reader has read what a section discloses after it. Nothing later is sent before that."""

from django.db import transaction
from django.utils.translation import get_language

from readerstudy.accounts.models import User
from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.models import Debriefing, Submission
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.steps import document_of
from readerstudy.studies.models import Enrolment, Section


@transaction.atomic
def debrief(enrolment: Enrolment, token: str, *, by: User) -> Debriefing:
    """Say that the disclosure of a section that was handed in has been read. Saying it twice is once."""
    require_open(enrolment)
    enrolment.take_turn()
    require_open_now(enrolment)
    section = _handed_in(enrolment, token)
    digest = digest_of_text(document_of(enrolment).section(section.name).discloses)
    debriefing, new = Debriefing.objects.get_or_create(
        enrolment=enrolment, section=section, defaults={"text_digest": digest}
    )
    if new:
        said = {"section": section.name, "text": digest, "language": get_language()}
        verb = "disclosure acknowledged"
        record(enrolment.stream, verb, by=by, on=section, particulars=said, audience=Audience.READER)
    return debriefing


def _handed_in(enrolment: Enrolment, token: str) -> Section:
    """The section that a reader has been told something of; any other does not exist for them."""
    handed_in = Submission.objects.filter(enrolment=enrolment).select_related("section")
    for submission in handed_in:
        section = submission.section
        if section.token == token and document_of(enrolment).section(section.name).discloses:
            return section
    raise NothingHere
