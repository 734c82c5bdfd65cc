"""Every answer as it is stored, and the digest that the log has of it.

The digest in the log covers each column of an answer and of the rows that belong to it. A new kind of answer
goes into `said`, so that it is covered too. It also covers the `client_uuid`, which no page and no log shows:
without it, an answer could be found out from its digest by trying.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from readerstudy.audit.chain import canonical
from readerstudy.reading.models import Rating, Reason, Response
from readerstudy.reading.models.presentation import LETTERS
from readerstudy.studies.models import Enrolment

#: Answers before it are in the log by what they say alone (`Answer.digest`), without times.
VERSION = 2
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """One revision of an answer. `said` is what `Answer.as_dict` was; `fits` its slots are on its screen."""

    pk: int
    enrolment: int
    token: str
    section: str
    order: int
    revision: int
    said: Mapping[str, Any]
    repeat_digest: str
    client_uuid: UUID
    received_at: datetime
    sitting: int | None
    response_ms: int | None
    active_ms: int | None
    timing: Mapping[str, Any]
    fits: bool = True

    def digest(self, version: int) -> str:
        """What the log has of this answer, by the version of its event."""
        return self._digest_of_words if version < VERSION else self._digest_of_everything

    @cached_property
    def _digest_of_words(self) -> str:
        return _sha256({"presentation": self.token, **self.said})

    @cached_property
    def _digest_of_everything(self) -> str:
        reasons = [
            {**reason, "x": _float(reason["x"]), "y": _float(reason["y"])} for reason in self.said["reasons"]
        ]
        return _sha256(
            {
                "version": VERSION,
                "client_uuid": self.client_uuid.hex,
                "enrolment": self.enrolment,
                "presentation": self.token,
                "revision": self.revision,
                "said": {**self.said, "reasons": reasons},
                "repeat_digest": self.repeat_digest,
                "received_at": self.received_at.isoformat(),
                "sitting": self.sitting,
                "response_ms": self.response_ms,
                "active_ms": self.active_ms,
                "timing": canonical(self.timing) if self.timing else {},
            }
        )


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_encode(content).encode()).hexdigest()


def _float(number: float | None) -> float | None:
    """As a column of the database gives it back, also where a whole number was sent."""
    return None if number is None else float(number)


def stored_now(response: Response, said: Mapping[str, Any]) -> StoredAnswer:
    """A response that was stored just now, with what its reader said."""
    presentation = response.presentation
    return StoredAnswer(
        pk=response.pk,
        enrolment=response.enrolment_id,
        token=presentation.token,
        section=presentation.section.name,
        order=presentation.order,
        revision=response.revision,
        said=said,
        repeat_digest=response.digest,
        client_uuid=response.client_uuid,
        received_at=response.received_at,
        sitting=response.sitting_id,
        response_ms=response.response_ms,
        active_ms=response.active_ms,
        timing=response.timing,
    )


def stored_answers(enrolment: Enrolment) -> Iterator[StoredAnswer]:
    """All answers of a reader as their rows say now, by key. What it keeps is one reader's, however many."""
    ratings, reasons = _ratings(enrolment), _reasons(enrolment)
    rows = Response.objects.filter(enrolment=enrolment).order_by("pk").values_list(*_COLUMNS)
    for row in rows.iterator(ROWS_AT_ONCE):
        yield _stored(enrolment, dict(zip(_COLUMNS, row, strict=True)), ratings, reasons)


_COLUMNS = (
    "pk", "presentation_id", "presentation__token", "presentation__section__name", "presentation__order",
    "presentation__place", "presentation__section__study_id", "revision", "pick__position",
    "pick__presentation_id", "call", "confidence", "verdict", "observed", "digest", "client_uuid",
    "received_at", "sitting_id", "response_ms", "active_ms", "timing",
)  # fmt: skip

_Rated = dict[int, list[tuple[int, int, int]]]
_Reasoned = dict[int, list[tuple[int, int, dict[str, Any]]]]


def _ratings(enrolment: Enrolment) -> _Rated:
    found: _Rated = defaultdict(list)
    rows = Rating.objects.filter(response__enrolment=enrolment).order_by("response_id", "slot__position")
    columns = "response_id", "slot__presentation_id", "slot__position", "points"
    for response, screen, position, points in rows.values_list(*columns).iterator(ROWS_AT_ONCE):
        found[response].append((screen, position, points))
    return found


def _reasons(enrolment: Enrolment) -> _Reasoned:
    found: _Reasoned = defaultdict(list)
    rows = Reason.objects.filter(response__enrolment=enrolment).order_by("pk")
    columns = "response_id", "slot__presentation_id", "slot__position", "tag", "x", "y"
    for response, screen, position, tag, x, y in rows.values_list(*columns).iterator(ROWS_AT_ONCE):
        found[response].append((screen, position, {"slot": LETTERS[position], "tag": tag, "x": x, "y": y}))
    return found


def _stored(
    enrolment: Enrolment, row: Mapping[str, Any], ratings: _Rated, reasons: _Reasoned
) -> StoredAnswer:
    rated, reasoned = ratings.get(row["pk"], []), reasons.get(row["pk"], [])
    position = row["pick__position"]
    said = {
        "pick": None if position is None else LETTERS[position],
        "ratings": {LETTERS[at]: points for _, at, points in rated} or None,
        "call": row["call"] or None,
        "confidence": row["confidence"],
        "verdict": row["verdict"] or None,
        "observed": row["observed"] or None,
        "reasons": [reason for _, _, reason in reasoned],
    }
    screens = {screen for screen, *_ in (*rated, *reasoned)} | {row["pick__presentation_id"]}
    return StoredAnswer(
        pk=row["pk"],
        enrolment=enrolment.pk,
        token=row["presentation__token"],
        section=row["presentation__section__name"],
        order=row["presentation__order"],
        revision=row["revision"],
        said=said,
        repeat_digest=row["digest"],
        client_uuid=row["client_uuid"],
        received_at=row["received_at"],
        sitting=row["sitting_id"],
        response_ms=row["response_ms"],
        active_ms=row["active_ms"],
        timing=row["timing"],
        fits=screens <= {None, row["presentation_id"]}
        and (row["presentation__section__study_id"], row["presentation__place"])
        == (enrolment.study_id, enrolment.own_place),
    )
