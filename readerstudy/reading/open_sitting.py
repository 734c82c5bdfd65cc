"""Sit down to read: one tab at a time may answer, and another may take over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.reading.errors import DisplayRefused, NothingHere, OtherTab, SupersededTab
from readerstudy.reading.models import Sitting
from readerstudy.reading.readers import require_open, require_open_now
from readerstudy.reading.steps import document_of, require_steps
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment


@transaction.atomic
def open_sitting(
    enrolment: Enrolment,
    token: UUID,
    *,
    by: User,
    take_over: bool = False,
    screen: Mapping[str, Any] | None = None,
    display_check: Mapping[str, Any] | None = None,
) -> Sitting:
    """The sitting of a tab. The same tab opening again is the same sitting, which learns a new language."""
    require_open(enrolment)
    require_steps(enrolment)
    _require_display(enrolment, display_check)
    enrolment.take_turn()
    require_open_now(enrolment)
    holding = Sitting.objects.holding(enrolment)
    other = holding is not None and holding.token != token and holding.is_alive
    if other and not take_over:
        raise OtherTab
    seen = {**(screen or {}), "language": get_language()}
    if holding and holding.token == token and holding.screen.get("language") == seen["language"]:
        Sitting.objects.filter(pk=holding.pk).update(seen_at=timezone.now(), ended_at=None)
        return holding
    sitting = _sit_down(enrolment, token, seen, display_check)
    said = {"took_over": other, "screen": seen, "passed_display_check": sitting.passed_display_check}
    record(enrolment.stream, "sitting opened", by=by, on=sitting, particulars=said)
    return sitting


def _sit_down(
    enrolment: Enrolment, token: UUID, screen: dict[str, Any], display_check: Mapping[str, Any] | None
) -> Sitting:
    """A new sitting, or one that was superseded and now takes over again."""
    now = timezone.now()
    taken = {"held_since": now, "seen_at": now, "ended_at": None, "screen": screen}
    passed = display_check["passed"] if display_check else None
    once = {"enrolment": enrolment, "display_check": display_check or {}, "passed_display_check": passed}
    sitting, _ = Sitting.objects.update_or_create(token=token, defaults=taken, create_defaults=taken | once)
    if sitting.enrolment_id != enrolment.pk:
        raise NothingHere
    return sitting


def _require_display(enrolment: Enrolment, display_check: Mapping[str, Any] | None) -> None:
    refuses = document_of(enrolment).display.if_failed == "refuse"
    if refuses and not (display_check and display_check["passed"]):
        raise DisplayRefused


def require_hold(walk: Walk, token: UUID | None) -> Sitting | None:
    """The sitting that answers. A client that names none is taken as it is; one that lost its hold is not."""
    if token is None or walk.holding is None:
        return None
    if walk.holding.token != token:
        raise SupersededTab
    return walk.holding
