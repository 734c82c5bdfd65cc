"""Looks at a model."""

from django.http import Http404

from readerstudy.desk.runs.queries import runs_of
from readerstudy.desk.shell.access import LARGEST_KEY
from readerstudy.studies.models import Run, Study


def preview_of(study: Study, number: int) -> Run:
    run = runs_of(study).filter(kind="preview", pk=number).first() if number <= LARGEST_KEY else None
    if run is None:
        raise Http404
    return run
