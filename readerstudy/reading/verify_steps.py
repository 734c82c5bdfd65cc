"""Hold what readers did around their answers against the log: from the consent to the last section."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from readerstudy.audit.chain import canonical
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


def questionnaire_digest(answers: Mapping[str, Any], salt: UUID | None) -> str | None:
    """What the log has of a questionnaire. The salt is in no log: few answers could be tried out at once."""
    if salt is None:
        return None
    text = json.dumps([salt.hex, canonical(answers)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify_steps(study: Study) -> Iterator[Finding]:
    told = _Told(study)
    for what in (
        *differences("the consent of enrolment", _consents(study), told.by_reader("consent given")),
        *differences("the briefing of enrolment", _briefings(study), told.by_reader("instructions read")),
        *differences(
            "the questionnaire of enrolment", _questionnaires(study), told.by_reader("questionnaire filled")
        ),
        *differences("sitting", _sittings(study), told.by_subject("sitting opened")),
        *differences("handing in by enrolment", _submissions(study), told.by_section("section handed in")),
        *differences(
            "the disclosure read by enrolment",
            _debriefings(study),
            told.by_section("disclosure acknowledged"),
        ),
        *differences("early end by enrolment", _early_ends(study), told.by_section("section ended early")),
        *differences("reported problem", _concerns(study), told.by_subject("problem reported")),
        *differences("practice round of enrolment", _rounds(study), told.by_round("practice judged")),
    ):
        yield Finding(stream=study.scope, what=what)


class _Told:
    """The events of all readers of a study, by verb and key."""

    VERBS = (
        "consent given",
        "instructions read",
        "questionnaire filled",
        "sitting opened",
        "section handed in",
        "disclosure acknowledged",
        "section ended early",
        "problem reported",
        "practice judged",
    )

    def __init__(self, study: Study) -> None:
        events = Event.objects.filter(
            stream__name__startswith=f"{study.scope}/enrolment:", verb__in=self.VERBS
        ).order_by("stream_id", "number")
        columns = "verb", "stream__name", "subject", "particulars"
        self._events = [
            (verb, int(stream.rpartition(":")[2]), int(subject.rpartition(":")[2]), said)
            for verb, stream, subject, said in events.values_list(*columns)
        ]

    def by_reader(self, verb: str) -> Facts:
        return {reader: said for what, reader, _, said in self._events if what == verb}

    def by_subject(self, verb: str) -> Facts:
        return {
            subject: {**said, "enrolment": reader}
            for what, reader, subject, said in self._events
            if what == verb
        }

    def by_section(self, verb: str) -> Facts:
        return {(reader, said["section"]): said for what, reader, _, said in self._events if what == verb}

    def by_round(self, verb: str) -> Facts:
        return {
            (reader, said["section"], said["round"]): said
            for what, reader, _, said in self._events
            if what == verb
        }


def _consents(study: Study) -> Facts:
    rows = Consent.objects.filter(enrolment__study=study)
    return {pk: {"text": digest} for pk, digest in rows.values_list("enrolment_id", "text_digest")}


def _briefings(study: Study) -> Facts:
    rows = Briefing.objects.filter(enrolment__study=study)
    return {pk: {"text": digest} for pk, digest in rows.values_list("enrolment_id", "text_digest")}


def _questionnaires(study: Study) -> Facts:
    rows = Questionnaire.objects.filter(enrolment__study=study).values_list("enrolment_id", "answers", "salt")
    return {
        pk: {"questions": sorted(answers), "answers": questionnaire_digest(answers, salt)}
        for pk, answers, salt in rows
    }


def _sittings(study: Study) -> Facts:
    rows = Sitting.objects.filter(enrolment__study=study)
    return {
        pk: {"enrolment": reader, "passed_display_check": passed}
        for pk, reader, passed in rows.values_list("pk", "enrolment_id", "passed_display_check")
    }


def _submissions(study: Study) -> Facts:
    rows = Submission.objects.filter(enrolment__study=study)
    return {(pk, section): {} for pk, section in rows.values_list("enrolment_id", "section__name")}


def _debriefings(study: Study) -> Facts:
    rows = Debriefing.objects.filter(enrolment__study=study)
    columns = "enrolment_id", "section__name", "text_digest"
    return {
        (pk, section): {"section": section, "text": text} for pk, section, text in rows.values_list(*columns)
    }


def _early_ends(study: Study) -> Facts:
    rows = EarlyEnd.objects.filter(enrolment__study=study)
    columns = "enrolment_id", "section__name", "answered"
    return {(pk, section): {"answered": count} for pk, section, count in rows.values_list(*columns)}


def _concerns(study: Study) -> Facts:
    rows = Concern.objects.filter(enrolment__study=study).select_related("presentation__section")
    return {
        row.pk: {**facts_of(row, row.presentation.section.name), "enrolment": row.enrolment_id}
        for row in rows
    }


def _rounds(study: Study) -> Facts:
    rows = PracticeRound.objects.filter(enrolment__study=study)
    columns = "enrolment_id", "section__name", "number", "passed"
    return {(pk, section, n): {"passed": passed} for pk, section, n, passed in rows.values_list(*columns)}
