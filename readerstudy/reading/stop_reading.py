"""A reader stops for today: their tab lets go of the reading, and everything stays as it is."""

from django.db import transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.reading.models import Sitting
from readerstudy.reading.readers import require_open
from readerstudy.studies.models import Enrolment


@transaction.atomic
def stop_reading(enrolment: Enrolment, *, by: User) -> Sitting | None:
    """End the sitting that holds the reading, so that another computer need not take over. Twice is once."""
    require_open(enrolment)
    enrolment.take_turn()
    sitting = Sitting.objects.holding(enrolment)
    if sitting is None or sitting.ended_at is not None:
        return None
    sitting.ended_at = timezone.now()
    sitting.save(update_fields=["ended_at"])
    record(enrolment.stream, "reading stopped", by=by, on=sitting)
    return sitting
