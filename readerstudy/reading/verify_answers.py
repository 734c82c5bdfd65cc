"""Hold the answers of a study against its log: every answer that was recorded, and no other."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from readerstudy.audit.models import Event
from readerstudy.audit.verify import Finding
from readerstudy.reading.models import Response
from readerstudy.reading.stored_answers import VERSION, StoredAnswer, stored_answers
from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Enrolment, Study

ANSWER_VERBS = ("answer given", "answer changed")
_ANSWERED = Statement(
    lambda: (
        Event.objects.filter(stream__name=Given("stream"), verb__in=ANSWER_VERBS)
        .order_by("number")
        .values_list("subject", "number", "by", "particulars")
    )
)


class _Told(NamedTuple):
    """What the log says of one answer."""

    number: int
    by: int | None
    said: dict[str, Any]

    @property
    def version(self) -> int:
        return int(self.said.get("version", 1))

    def fits(self, stored: StoredAnswer) -> bool:
        where = (stored.section, stored.order, stored.revision)
        return (
            stored.fits
            and where == (self.said["section"], self.said["order"], self.said["revision"])
            and stored.digest(self.version) == self.said["answer"]
        )


@dataclass
class AnswersDigest:
    """The name of all answers of a study, made while they are read: by reader, in the order of arrival."""

    hasher: Any = field(default_factory=hashlib.sha256)
    count: int = 0

    def add(self, stored: StoredAnswer) -> None:
        self.hasher.update(stored.digest(VERSION).encode())
        self.count += 1

    def hexdigest(self) -> str:
        return str(self.hasher.hexdigest())


def digest_of_answers(study: Study) -> AnswersDigest:
    """The name of the answers as they are, corrections, times, reasons and ratings included."""
    digest = AnswersDigest()
    for enrolment in _readers(study):
        for stored in stored_answers(enrolment):
            digest.add(stored)
    return digest


def verify_answers(
    study: Study, *, each: Callable[[StoredAnswer], None] = lambda stored: None
) -> Iterator[Finding]:
    """Everything in which answers and log differ. `each` sees every answer, so that one look serves all."""
    for enrolment in _readers(study):
        for what in _of_reader(enrolment, each):
            yield Finding(stream=enrolment.stream, what=what)
    strangers = Response.objects.filter(presentation__section__study=study).exclude(enrolment__study=study)
    for pk in strangers.values_list("pk", flat=True)[:20]:
        yield Finding(stream=study.scope, what=f"answer {pk} belongs to a reader of another study")


def _readers(study: Study) -> Iterator[Enrolment]:
    """Whoever has a row: a person whose role was changed behind our back keeps their answers."""
    people = Enrolment.objects.filter(study=study).select_related("user", "invitation__claim__by", "study")
    yield from people.order_by("pk")


def _of_reader(enrolment: Enrolment, each: Callable[[StoredAnswer], None]) -> Iterator[str]:
    told = _told(enrolment)
    by = {entry.by for entry in told.values()}
    for stored in stored_answers(enrolment):
        each(stored)
        where = f"answer {stored.pk} ({stored.section}, screen {stored.order})"
        entry = told.pop(stored.pk, None)
        if entry is None:
            yield f"{where} is not in the log: it was inserted"
        elif not entry.fits(stored):
            yield f"{where} is not what event #{entry.number} recorded: it was changed"
    for pk, entry in told.items():
        yield (
            f"answer {pk} ({entry.said['section']}, screen {entry.said['order']}) of event #{entry.number} "
            "was removed"
        )
    person = enrolment.person
    if by - {person.pk if person else None}:
        yield "answers were given by another account than the one enrolled now: the enrolment was changed"


def _told(enrolment: Enrolment) -> dict[int, _Told]:
    found = {}
    for subject, number, by, said in _ANSWERED.rows(stream=enrolment.stream):
        found[int(subject.rpartition(":")[2])] = _Told(number, by, json.loads(said))
    return found
