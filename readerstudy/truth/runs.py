"""Imports as runs of the worker: `request` holds the source's name and where the files lie."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readerstudy.studies.models import Run
from readerstudy.studies.runs import Reporter, performs
from readerstudy.truth.import_images import import_images
from readerstudy.truth.sources import source_of


@performs("import")
def import_for_source(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    """Refused files are named in the outcome; the staged copies go away with the run's end."""
    source = source_of(run.study, str(run.request["source"]))
    paths = [Path(path) for path in run.request["paths"]]
    manifest = Path(run.request["manifest"]) if run.request.get("manifest") else None
    summary = import_images(source, paths, by=run.by, manifest=manifest, on_progress=reporter.tell)
    return {
        "added": summary.added,
        "known": summary.known,
        "duplicates": summary.duplicates,
        "refused": [{"file": refusal.file, "reason": refusal.reason} for refusal in summary.refused],
    }
