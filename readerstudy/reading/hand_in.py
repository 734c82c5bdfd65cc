"""A section is finished for good."""

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import Incomplete, NothingHere
from readerstudy.reading.models import Submission
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment, Section


@transaction.atomic
def hand_in(enrolment: Enrolment, section: Section, *, by: User) -> Submission:
    """Hand a section in; from here on its answers stay. Handing in twice is handing in once."""
    require_open(enrolment)
    enrolment.take_turn()
    require_open_now(enrolment)
    stretch = next(stretch for stretch in Walk(enrolment).stretches if stretch.section == section)
    if not stretch.is_complete:
        sentence = _("{count} of {total} are still to be read in this section.")
        raise Incomplete(sentence.format(count=stretch.left, total=stretch.total))
    return leave(enrolment, section, by=by)


def hand_in_by_token(enrolment: Enrolment, token: str, *, by: User) -> Submission:
    """The same, of a section the reader knows of; any other does not exist for them."""
    require_open(enrolment)
    told = {stretch.section.token: stretch.section for stretch in Walk(enrolment).told}
    if token not in told:
        raise NothingHere
    return hand_in(enrolment, told[token], by=by)


def leave(enrolment: Enrolment, section: Section, *, by: User) -> Submission:
    """The same, inside a transaction that knows the section to be complete."""
    submission, new = Submission.objects.get_or_create(enrolment=enrolment, section=section)
    if new:
        record(
            enrolment.stream,
            "section handed in",
            by=by,
            on=section,
            particulars={"section": section.name},
            audience=Audience.READER,
        )
    return submission
