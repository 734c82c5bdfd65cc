"""Looks at a model, and what its conditions are called."""

from collections.abc import Mapping

from django.shortcuts import get_object_or_404

from readerstudy.desk.runs.queries import runs_of
from readerstudy.studies.models import Run, Study
from readerstudy.studies.protocol.labels import LabelDocument
from readerstudy.studies.protocol.words import Words

#: Where capitals at the beginning alone would be wrong.
TITLES = {"bmi": "BMI"}


def preview_of(study: Study, number: int) -> Run:
    return get_object_or_404(runs_of(study), kind="preview", pk=number)


def condition_named(name: str, labels: Mapping[str, LabelDocument]) -> LabelDocument:
    """Return the study's own words for a condition, or its name as a title."""
    title = TITLES.get(name) or name.replace("_", " ").capitalize()
    return labels.get(name) or LabelDocument(name=name, title=Words(title))
