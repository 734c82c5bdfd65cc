"""Reports as runs of the worker."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from readerstudy.results.report import export_report
from readerstudy.results.tallies import settled_counts
from readerstudy.studies.models import Run, Section, Study
from readerstudy.studies.runs import Reporter, performs


def report_folder(study: Study) -> Path:
    """Return the folder of an unblinded study's report. The data are frozen, so there is one."""
    return Path(settings.HOME) / "reports" / study.slug


@performs("report")
def write_report(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    folder = report_folder(run.study)
    reporter.tell(0, 1)
    if run.request.get("anew"):
        shutil.rmtree(folder, ignore_errors=True)
    if not (folder / "report.json").exists():
        export_report(run.study, folder, by=run.by, cross_check=bool(run.request.get("cross_check")))
    # So that whoever opens the cases first does not wait for a million answers to be counted.
    for section in Section.objects.filter(study=run.study, practice=False):
        settled_counts(section)
    reporter.tell(1, 1)
    return {"files": sorted(path.name for path in folder.iterdir())}
