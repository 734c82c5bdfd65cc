"""Imports and blinding audits as runs of the worker.

The web process loads this module to queue a run; measuring images needs scipy, which only the worker loads.
"""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from readerstudy.imaging.naming import Naming
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import Reporter, performs
from readerstudy.truth.import_images import import_images
from readerstudy.truth.models import Provenance
from readerstudy.truth.sources import source_of

MOST_ALIKE = 24


@performs("import")
def import_for_source(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    """`request` holds the source's name and where the files lie; the outcome names what was refused."""
    source = source_of(run.study, str(run.request["source"]))
    paths = [Path(path) for path in run.request["paths"]]
    manifest = Path(run.request["manifest"]) if run.request.get("manifest") else None
    naming = Naming(run.request["names"]) if run.request.get("names") else None
    summary = import_images(
        source, paths, by=run.by, manifest=manifest, naming=naming, on_progress=reporter.tell
    )
    if run.request.get("staged"):
        shutil.rmtree(run.request["staged"], ignore_errors=True)
    return asdict(summary)


@performs("audit")
def audit_images(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    from readerstudy.truth.blinding.audit import audit_blinding

    audit = audit_blinding(run.study, by=run.by, on_progress=reporter.tell)
    return {"passed": audit.passed, "alike": _alike(run.study)}


def _alike(study: Study) -> list[dict[str, Any]]:
    """Pairs that look like one picture stored twice, by the keys of their images, the most alike first."""
    from readerstudy.imaging.likeness import near_duplicates
    from readerstudy.truth.blinding.measurements import measurements_of

    rows = list(Provenance.objects.filter(source__study=study).select_related("image").order_by("pk"))
    return [
        {
            "first": rows[pair.first].pk,
            "second": rows[pair.second].pk,
            "similarity": round(pair.similarity, 3),
        }
        for pair in near_duplicates(measurements_of(rows), most=MOST_ALIKE)
    ]
