"""Every answer as it is stored, and the digest that the log has of it.

The digest in the log covers each column of an answer and of the rows that belong to it. A new kind of answer
goes into `said`, so that it is covered too. It also covers the `client_uuid`, which no page and no log shows:
without it, an answer could be found out from its digest by trying.

`said` has items only where there are some: an answer without keeps the digest that it had before there were
items, and since no list of items is empty, no answer can pass for another.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from readerstudy.audit.chain import canonical, digest_of_json, from_text
from readerstudy.reading.models import Rating, Reason, Response
from readerstudy.reading.models.presentation import LETTERS
from readerstudy.statements import Given, Statement, written_time
from readerstudy.studies.models import Enrolment

#: Answers before it are in the log by what they say alone (`Answer.digest`), without times.
VERSION = 2


@dataclass(kw_only=True)
class StoredAnswer:
    """One revision. `said` is what `Answer.as_recorded` was; `fits` whether its slots are on its screen."""

    pk: int
    enrolment: int
    token: str
    section: str
    order: int
    revision: int
    said: Mapping[str, Any]
    repeat_digest: str
    client_uuid: str
    received_at: str
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
        return digest_of_json({"presentation": self.token, **self.said})

    @cached_property
    def _digest_of_everything(self) -> str:
        reasons = [
            {**reason, "x": _float(reason["x"]), "y": _float(reason["y"])} for reason in self.said["reasons"]
        ]
        return digest_of_json(
            {
                "version": VERSION,
                "client_uuid": self.client_uuid,
                "enrolment": self.enrolment,
                "presentation": self.token,
                "revision": self.revision,
                "said": {**self.said, "reasons": reasons},
                "repeat_digest": self.repeat_digest,
                "received_at": self.received_at,
                "sitting": self.sitting,
                "response_ms": self.response_ms,
                "active_ms": self.active_ms,
                "timing": self.timing,
            }
        )


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
        client_uuid=response.client_uuid.hex,
        received_at=response.received_at.isoformat(),
        sitting=response.sitting_id,
        response_ms=response.response_ms,
        active_ms=response.active_ms,
        timing=canonical(response.timing) if response.timing else {},
    )


def stored_answers(enrolment: Enrolment) -> Iterator[StoredAnswer]:
    """All answers of a reader as their rows say now, by key. What it keeps is one reader's, however many."""
    ratings, reasons = _ratings(enrolment), _reasons(enrolment)
    for row in _RESPONSES.rows(enrolment=enrolment.pk):
        yield _stored(enrolment, _Row._make(row), ratings, reasons)


class _Row(NamedTuple):
    """A row of an answer. JSON is text; a UUID is text on SQLite."""

    id: int
    presentation_id: int
    presentation__token: str
    presentation__section__name: str
    presentation__order: int
    presentation__place: int
    presentation__section__study_id: int
    revision: int
    pick__position: int | None
    pick__presentation_id: int | None
    call: str
    confidence: int | None
    verdict: str
    observed: str
    items: str | None
    digest: str
    client_uuid: UUID | str
    received_at: datetime
    sitting_id: int | None
    response_ms: int | None
    active_ms: int | None
    timing: str


_Rated = dict[int, list[tuple[int, int, int]]]
_Reasoned = dict[int, list[tuple[int, int, dict[str, Any]]]]

_RESPONSES = Statement(
    lambda: Response.objects.filter(enrolment=Given("enrolment")).order_by("pk").values_list(*_Row._fields)
)
_RATINGS = Statement(
    lambda: (
        Rating.objects.filter(response__enrolment=Given("enrolment"))
        .order_by("response_id", "slot__position")
        .values_list("response_id", "slot__presentation_id", "slot__position", "points")
    )
)
_REASONS = Statement(
    lambda: (
        Reason.objects.filter(response__enrolment=Given("enrolment"))
        .order_by("pk")
        .values_list("response_id", "slot__presentation_id", "slot__position", "tag", "x", "y")
    )
)


def _ratings(enrolment: Enrolment) -> _Rated:
    found: _Rated = defaultdict(list)
    for response, *rated in _RATINGS.rows(enrolment=enrolment.pk):
        found[response].append(tuple(rated))
    return found


def _reasons(enrolment: Enrolment) -> _Reasoned:
    found: _Reasoned = defaultdict(list)
    for response, screen, position, tag, x, y in _REASONS.rows(enrolment=enrolment.pk):
        found[response].append((screen, position, {"slot": LETTERS[position], "tag": tag, "x": x, "y": y}))
    return found


def _stored(enrolment: Enrolment, row: _Row, ratings: _Rated, reasons: _Reasoned) -> StoredAnswer:
    rated, reasoned = ratings.get(row.id, []), reasons.get(row.id, [])
    said: dict[str, Any] = {
        "pick": None if row.pick__position is None else LETTERS[row.pick__position],
        "ratings": {LETTERS[at]: points for _, at, points in rated} or None,
        "call": row.call or None,
        "confidence": row.confidence,
        "verdict": row.verdict or None,
        "observed": _from_text(row.observed) or None,
        "reasons": [reason for _, _, reason in reasoned],
    }
    items = from_text(row.items) if row.items else None
    if items:
        said["items"] = items
    screens = {screen for screen, *_ in (*rated, *reasoned)} | {row.pick__presentation_id}
    return StoredAnswer(
        pk=row.id,
        enrolment=enrolment.pk,
        token=row.presentation__token,
        section=row.presentation__section__name,
        order=row.presentation__order,
        revision=row.revision,
        said=said,
        repeat_digest=row.digest,
        client_uuid=row.client_uuid.hex if isinstance(row.client_uuid, UUID) else row.client_uuid,
        received_at=written_time(row.received_at),
        sitting=row.sitting_id,
        response_ms=row.response_ms,
        active_ms=row.active_ms,
        timing=_from_text(row.timing),
        fits=screens <= {None, row.presentation_id}
        and (row.presentation__section__study_id, row.presentation__place)
        == (enrolment.study_id, enrolment.own_place),
    )


def _from_text(text: str) -> Mapping[str, Any]:
    return {} if text == "{}" else from_text(text)
