"""Freeze a study: end the reading, and identify the data by a digest."""

import hashlib
import json
from typing import Any

from django.db import connection, transaction

from readerstudy.accounts.models import User
from readerstudy.audit.ends import keep_ends
from readerstudy.audit.record import record
from readerstudy.reading.models import Rating, Response
from readerstudy.reading.verify_answers import digest_of_answers
from readerstudy.studies.errors import StudyIsNotLocked, require_reason
from readerstudy.studies.models import Freeze, Study

#: What the data digest covers: 2 is every column of every answer (`digest_of_answers`).
DATA_VERSION = 2


@transaction.atomic
def freeze_study(study: Study, *, by: User, reason: str) -> Freeze:
    """End the reading for good. Freezing again changes nothing."""
    study = study.take_turn()
    existing = Freeze.objects.filter(study=study).first()
    if existing is not None:
        return existing
    require_reason(reason)
    if not study.is_locked:
        raise StudyIsNotLocked
    let_no_answer_slip_in()
    answers = digest_of_answers(study)
    freeze = Freeze.objects.create(
        study=study, data_digest=answers.hexdigest(), responses=answers.count, by=by, reason=reason
    )
    particulars: dict[str, Any] = {"data": freeze.data_digest, "version": DATA_VERSION}
    if not any(section.length_tells for section in study.protocol.document.sections):
        particulars["responses"] = freeze.responses
    record(study.scope, "study frozen", by=by, on=study, particulars=particulars, reason=reason)
    keep_ends(by=by, scope=study.scope)
    return freeze


def let_no_answer_slip_in() -> None:
    """Until the transaction ends. SQLite has one writer at a time anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE reading_response IN SHARE ROW EXCLUSIVE MODE")


def data_digest_of_version_1(study: Study) -> tuple[str, int]:
    """The name that earlier versions gave the answers: without times and reasons."""
    hasher, count = hashlib.sha256(), 0
    responses = (
        Response.objects.filter(presentation__section__study=study)
        .order_by("client_uuid")
        .values_list(
            "client_uuid",
            "presentation__section__name",
            "presentation__place",
            "presentation__order",
            "enrolment__pseudonym",
            "revision",
            "pick__position",
            "call",
            "confidence",
            "verdict",
            "observed",
        )
    )
    for row in responses.iterator(5_000):
        hasher.update(_line(row))
        count += 1
    ratings = (
        Rating.objects.filter(response__presentation__section__study=study)
        .order_by("response__client_uuid", "slot__position")
        .values_list("response__client_uuid", "slot__position", "points")
    )
    for rating in ratings.iterator(5_000):
        hasher.update(_line(rating))
    return hasher.hexdigest(), count


def _line(row: tuple[object, ...]) -> bytes:
    return json.dumps(row, default=str, sort_keys=True, separators=(",", ":")).encode() + b"\n"
