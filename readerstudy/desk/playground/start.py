"""Queue images: a few to look at, or many for a source."""

from collections.abc import Mapping
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.synthesis.checkpoints import model
from readerstudy.synthesis.generate import progression_of, request_of
from readerstudy.truth.sources import source_of


def start_preview(study: Study, given: Mapping[str, Any], *, by: User) -> Run:
    """Queue a few images to look at; they go into no source."""
    asked = dict(given)
    through = asked.pop("through")
    asked = progression_of(_request(asked), through)
    return start_run(study, "preview", asked, by=by, total=asked["count"])


def start_generation(study: Study, given: Mapping[str, Any], *, by: User) -> Run:
    asked = dict(given)
    source = source_of(study, asked.pop("source"), kind="synthetic")
    return start_run(
        study, "generate", {**_request(asked), "source": source.name}, by=by, total=given["count"]
    )


def _request(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the worker needs to know, checked against the model."""
    asked = dict(given)
    asked["checkpoint"] = str(model(asked.pop("model")).card.path)
    return {**asked, "steps": request_of({**asked, "out": "run"}).steps}
