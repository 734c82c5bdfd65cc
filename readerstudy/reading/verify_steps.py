"""Hold what readers did around their answers against the log: from the consent to the last section."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Manager

from readerstudy.audit.chain import canonical, digest_of_json
from readerstudy.audit.compare import differences
from readerstudy.audit.models import Event
from readerstudy.audit.verify import Finding
from readerstudy.reading.models import (
    Briefing,
    Concern,
    Consent,
    Debriefing,
    EarlyEnd,
    PracticeRound,
    Questionnaire,
    Sitting,
    Submission,
)
from readerstudy.reading.raise_concern import facts_of
from readerstudy.studies.models import Study

Facts = dict[Any, dict[str, Any]]
Rows = Callable[[Study], Facts]


def questionnaire_digest(answers: Mapping[str, Any], salt: UUID | None) -> str | None:
    """What the log has of a questionnaire. The salt is in no log: few answers could be tried out at once."""
    return None if salt is None else digest_of_json([salt.hex, canonical(answers)])


def verify_steps(study: Study) -> Iterator[Finding]:
    told = _told(study)
    for verb, step in STEPS.items():
        for what in differences(step.noun, step.rows(study), told[verb]):
            yield Finding(stream=study.scope, what=what)


def _told(study: Study) -> dict[str, Facts]:
    """What the log says of every step, by its verb and key."""
    found: dict[str, Facts] = {verb: {} for verb in STEPS}
    readers = Event.objects.filter(stream__name__startswith=f"{study.scope}/enrolment:", verb__in=STEPS)
    events = readers.order_by("stream_id", "number")
    columns = "verb", "stream__name", "subject", "particulars", "at"
    for verb, stream, subject, said, at in events.values_list(*columns):
        reader, row = (int(name.rpartition(":")[2]) for name in (stream, subject))
        # A tab that takes over again later is told of twice; its row is as old as the first.
        found[verb].setdefault(STEPS[verb].key(reader, row, said), {**said, "enrolment": reader, "at": at})
    return found


def _rows(manager: Manager[Any], *key: str, **facts: str) -> Rows:
    """Read what the rows of a study say: the columns of a key, and the column of each fact."""

    def read(study: Study) -> Facts:
        rows = manager.filter(enrolment__study=study).values_list(*key, *facts.values())
        return {
            row[: len(key)] if len(key) > 1 else row[0]: dict(zip(facts, row[len(key) :], strict=True))
            for row in rows
        }

    return read


def _questionnaires(study: Study) -> Facts:
    rows = Questionnaire.objects.filter(enrolment__study=study).values_list(
        "enrolment_id", "answers", "salt", "at"
    )
    return {
        pk: {"questions": sorted(answers), "answers": questionnaire_digest(answers, salt), "at": at}
        for pk, answers, salt, at in rows
    }


def _concerns(study: Study) -> Facts:
    rows = Concern.objects.filter(enrolment__study=study).select_related("presentation__section")
    return {row.pk: {**facts_of(row), "enrolment": row.enrolment_id, "at": row.at} for row in rows}


class _Step(NamedTuple):
    """What its rows are called, where they are, and their key by reader, row and what the log says."""

    noun: str
    rows: Rows
    key: Callable[[int, int, Mapping[str, Any]], Any]


def _of_reader(reader: int, row: int, said: Mapping[str, Any]) -> int:
    return reader


def _of_row(reader: int, row: int, said: Mapping[str, Any]) -> int:
    return row


def _of_section(reader: int, row: int, said: Mapping[str, Any]) -> tuple[int, str]:
    return reader, said["section"]


_SECTION = "enrolment_id", "section__name"
#: Every step by the verb of its event.
STEPS = {
    "consent given": _Step(
        "the consent of enrolment",
        _rows(Consent.objects, "enrolment_id", text="text_digest", at="at"),
        _of_reader,
    ),
    "instructions read": _Step(
        "the briefing of enrolment",
        _rows(Briefing.objects, "enrolment_id", text="text_digest", at="at"),
        _of_reader,
    ),
    "questionnaire filled": _Step("the questionnaire of enrolment", _questionnaires, _of_reader),
    "sitting opened": _Step(
        "sitting",
        _rows(
            Sitting.objects,
            "pk",
            enrolment="enrolment_id",
            passed_display_check="passed_display_check",
            at="started_at",
        ),
        _of_row,
    ),
    "section handed in": _Step(
        "handing in by enrolment", _rows(Submission.objects, *_SECTION, at="at"), _of_section
    ),
    "disclosure acknowledged": _Step(
        "the disclosure read by enrolment",
        _rows(Debriefing.objects, *_SECTION, text="text_digest", at="at"),
        _of_section,
    ),
    "section ended early": _Step(
        "early end by enrolment",
        _rows(EarlyEnd.objects, *_SECTION, answered="answered", at="at"),
        _of_section,
    ),
    "problem reported": _Step("reported problem", _concerns, _of_row),
    "practice judged": _Step(
        "practice round of enrolment",
        _rows(PracticeRound.objects, *_SECTION, "number", passed="passed", at="at"),
        lambda reader, _, said: (reader, said["section"], said["round"]),
    ),
}
