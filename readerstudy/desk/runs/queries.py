from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from readerstudy.desk.shell.access import LEADS, roles_of
from readerstudy.studies.models import Run, Study
from readerstudy.studies.models.run import RunQuerySet

MOST_RUNS = 100


def runs_of(study: Study) -> RunQuerySet:
    return Run.objects.filter(study=study).select_related("study", "cancellation")


def newest_runs(study: Study) -> RunQuerySet:
    return runs_of(study)[:MOST_RUNS]


def newest_run(study: Study, kind: str) -> Run | None:
    return runs_of(study).filter(kind=kind).first()


def run_of(request: HttpRequest | Request, study: Study, number: int) -> Run:
    """Return a run by its number: leaders see all of a study, an analyst what writes the report."""
    runs = runs_of(study)
    if roles_of(request, study).isdisjoint(LEADS):
        runs = runs.filter(kind="report")
    return get_object_or_404(runs, pk=number)
