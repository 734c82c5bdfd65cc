"""What readers get to see of the truth: practice feedback, and their own result at the end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.person import person
from readerstudy.reading.api.views import REFUSALS
from readerstudy.reading.api.wire import ReadingView
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.models import Presentation
from readerstudy.reading.pages.views import context_of, opened, page
from readerstudy.reading.readers import reading_of, readings_of
from readerstudy.reading.walk import Walk
from readerstudy.truth.own_result import own_result
from readerstudy.truth.practice import feedback, judge_practice, score_of


class FeedbackOut(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    correct = serializers.BooleanField(allow_null=True)


class FeedbackView(ReadingView):
    """How a practice answer was, once it is committed."""

    @extend_schema(operation_id="practice_feedback", responses={200: FeedbackOut, **REFUSALS})
    def get(self, request: Request, token: str) -> Response:
        shown = Presentation.objects.filter(token=token).select_related("section").first()
        if shown is None:
            raise NothingHere
        mine = readings_of(person(request)).filter(study=shown.section.study_id, place=shown.place).first()
        if mine is None:
            raise NothingHere
        told = feedback(mine, token)
        return Response({"sentence": told.sentence, "correct": told.correct})


@page("POST")
def practice_result(request: HttpRequest, slug: str) -> HttpResponse:
    """After a practice section with a pass mark: on to the study, or once more."""
    enrolment = opened(request, slug)
    gate = Walk(enrolment).gate
    if gate is None:
        return redirect("read", slug)
    if request.method == "POST":
        judge_practice(enrolment, gate.section, by=person(request))
        return redirect("read", slug)
    context = context_of(enrolment, score=score_of(enrolment, gate), stretch=gate)
    return render(request, "truth/practice_result.html", context)


@page()
def read_result(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader's own result; there is none before the unblinding."""
    enrolment = reading_of(request.user, slug)
    results = own_result(enrolment)
    return render(request, "truth/own_result.html", context_of(enrolment, results=results))
