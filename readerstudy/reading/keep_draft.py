"""Keep a half-filled answer, so that a closed browser costs nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from readerstudy.reading.errors import AnsweredAlready, OutOfOrder
from readerstudy.reading.models import Draft
from readerstudy.reading.open_sitting import require_hold
from readerstudy.reading.readers import require_open
from readerstudy.reading.respond import presentation_of
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment


def keep_draft(
    enrolment: Enrolment, token: str, body: Mapping[str, Any], *, sitting: UUID | None = None
) -> Draft:
    """The newest draft replaces the one before. It is nobody's answer, so no event speaks of it."""
    require_open(enrolment)
    require_steps(enrolment)
    presentation = presentation_of(enrolment, token)
    with transaction.atomic():
        enrolment.await_turn()
        walk = Walk(enrolment)
        require_hold(walk, sitting)
        if presentation != walk.current and not walk.may_go_back_to(presentation):
            answered = presentation.responses.filter(enrolment=enrolment).exists()
            raise AnsweredAlready if answered else OutOfOrder
        draft, _ = Draft.objects.update_or_create(
            presentation=presentation,
            enrolment=enrolment,
            defaults={"body": dict(body), "updated_at": timezone.now()},
        )
    return draft
