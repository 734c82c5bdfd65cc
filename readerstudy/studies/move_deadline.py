"""Move the last day to read. Readers are told the day; answers after it are still accepted."""

from datetime import date

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.studies.models import Deadline, Study


@transaction.atomic
def move_deadline(study: Study, day: date, *, by: User, reason: str) -> Deadline:
    """Tell readers another last day. Moving it to the same day changes nothing."""
    study = study.take_turn_while_read()
    newest = Deadline.objects.filter(study=study).order_by("-pk").first()
    if newest is not None and newest.day == day:
        return newest
    moved = Deadline.objects.create(study=study, day=day, by=by, reason=reason)
    record(
        study.scope,
        "deadline moved",
        by=by,
        on=moved,
        particulars={"day": day.isoformat()},
        reason=reason,
        audience=Audience.READER,
    )
    return moved
