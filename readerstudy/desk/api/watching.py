"""Watching a study: how far its readers are, never how well, and what happened."""

import io
from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import STAFF
from readerstudy.desk.api.outputs import REFUSALS, Shape, iso
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.audit_trail import KINDS, audit_trail
from readerstudy.desk.health import health_problems
from readerstudy.desk.pages.log import entries_of
from readerstudy.desk.progress import ReaderProgress, answers_by_day, progress_of
from readerstudy.desk.query import whole_number
from readerstudy.studies.models import Study

PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1, newest first.")


class SectionProgressOut(Shape):
    section = serializers.CharField()
    answered = serializers.IntegerField()
    total = serializers.IntegerField()


class ReaderProgressOut(Shape):
    reader = serializers.CharField()
    answered = serializers.IntegerField()
    total = serializers.IntegerField()
    seconds_a_trial = serializers.FloatField(allow_null=True)
    last_answer = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(help_text="Began, has not finished, and has been silent for a week.")
    pauses = serializers.IntegerField()
    deviations = serializers.ListField(child=serializers.CharField())
    sections = SectionProgressOut(many=True)


class DayOut(Shape):
    day = serializers.DateField()
    answers = serializers.IntegerField()


class ReadersProgressOut(Shape):
    readers = ReaderProgressOut(many=True)
    days = DayOut(many=True)
    health = serializers.ListField(
        child=serializers.CharField(), help_text="What somebody who runs the server should mend."
    )


class EntryOut(Shape):
    number = serializers.IntegerField(
        allow_null=True, help_text="Place in its stream. Null before the unblinding: gaps would tell of more."
    )
    stream = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    verb = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    particulars = serializers.DictField()
    reason = serializers.CharField(allow_blank=True)


class LogOut(Shape):
    entries = EntryOut(many=True)
    pages = serializers.IntegerField()


def watching_out(study: Study) -> dict[str, Any]:
    readers = [progress_out(reader) for reader in progress_of(study)]
    days = [{"day": day.isoformat(), "answers": answers} for day, answers in answers_by_day(study)]
    return {"readers": readers, "days": days, "health": health_problems(study)}


def progress_out(reader: ReaderProgress) -> dict[str, Any]:
    return {
        "reader": reader.enrolment.pseudonym,
        "answered": reader.answered,
        "total": reader.total,
        "seconds_a_trial": reader.seconds_a_trial,
        "last_answer": iso(reader.last_answer),
        "stale": reader.is_stale,
        "pauses": reader.pauses,
        "deviations": list(reader.deviations),
        "sections": [
            {"section": part.name, "answered": part.answered, "total": part.total} for part in reader.sections
        ],
    }


def log_out(study: Study, page: int = 1) -> dict[str, Any]:
    named, shown = entries_of(study, page)
    entries = [
        {
            "number": entry.number,
            "stream": entry.stream,
            "at": iso(entry.at),
            "by": str(who or ""),
            "verb": entry.verb,
            "subject": entry.subject,
            "particulars": entry.particulars,
            "reason": entry.reason,
        }
        for who, entry in named
    ]
    return {"entries": entries, "pages": shown.paginator.num_pages}


class ProgressView(DeskView):
    """How far each reader is."""

    @extend_schema(operation_id="progress_show", responses={200: ReadersProgressOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(watching_out(self.study(slug, *STAFF)))


class AuditTrailView(DeskView):
    """The whole log in sentences, oldest first, as `csv` or `pdf`."""

    @extend_schema(
        operation_id="audit_trail_download",
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
            **REFUSALS,
        },
    )
    def get(self, request: Request, slug: str, kind: str) -> HttpResponseBase:
        study = self.study(slug, *STAFF)
        if kind not in KINDS:
            raise Http404
        made, name = audit_trail(study, kind, by=self.person())
        return FileResponse(io.BytesIO(made), as_attachment=True, filename=name)


class LogView(DeskView):
    """Everything that happened, newest first, without what would unblind."""

    @extend_schema(operation_id="log_list", parameters=[PAGE], responses={200: LogOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        return Response(log_out(study, whole_number(request.query_params.get("page"), 1)))
