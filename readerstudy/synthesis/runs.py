"""Generation as a run of the worker: `request` holds the source's name and what to sample."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

import generation
from generation import GenerationError
from readerstudy.studies.models import Run
from readerstudy.studies.runs import Reporter, performs
from readerstudy.synthesis.add_to_source import add_to_source
from readerstudy.synthesis.for_study import request_for
from readerstudy.synthesis.generate import generate, request_of
from readerstudy.truth.sources import source_of

if TYPE_CHECKING:
    from generation import SampleRequest, SampleSummary


@performs("generate")
def generate_for_source(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    asked = dict(run.request)
    source = source_of(run.study, str(asked.pop("source")), kind="synthetic")
    series = int(asked.pop("seed", 0))
    # The images lie here until they are in their source; a run taken up again finds its own there.
    out = Path(settings.HOME) / "generated" / str(run.pk)
    request = request_for(run.study, {**asked, "out": out}, series=series)
    summary = _generated(request, reporter)
    imported = add_to_source(source, request, summary, by=run.by, series=series)
    return {"made": summary.total, "added": imported.added, "checkpoint": summary.checkpoint_digest}


def preview_folder(run: Run) -> Path:
    return Path(settings.HOME) / "previews" / str(run.pk)


@performs("preview")
def preview(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    """A few images to look at; they go into no source."""
    request = request_of({**run.request, "out": preview_folder(run), "format": "png8"})
    return {"made": _generated(request, reporter).total}


def _generated(request: "SampleRequest", reporter: Reporter) -> "SampleSummary":
    return generate(
        request,
        on_progress=lambda progress: reporter.tell(progress.done, progress.total),
        should_stop=reporter.should_stop,
    )


def preview_images(run: Run) -> list[Path]:
    """The images from the first to the last before which none is missing: several are made at a time."""
    found = sorted(preview_folder(run).rglob("*.png"))
    return [path for number, path in enumerate(found) if int(path.stem) == number]


def preview_captions(run: Run) -> list[str]:
    """What each image of one patient shows, such as "grade 3"; empty where images show different patients."""
    through = run.request.get("through")
    if not through:
        return []
    try:
        space = generation.describe_checkpoint(run.request["checkpoint"]).space
    except GenerationError:  # the model was taken off the server since
        return []
    return [f"{through} {stage}" for stage in space.stages(through)]
