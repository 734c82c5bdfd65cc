"""The pre-flight of a study, and its report on virtual readers."""

import json
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404

from readerstudy.desk.runs.queries import newest_run
from readerstudy.results.planner import minutes_each
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, Study


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """The last pre-flight, and the report on its virtual readers once that is written."""

    run: Run | None
    report: dict[str, Any] | None
    minutes: int

    @property
    def sections(self) -> Any:
        return self.report and self.report["sections"]


def preflight_of(study: Study) -> Preflight:
    run = newest_run(study, "preflight")
    minutes = minutes_each(study.protocol.document)
    if run is None or run.state != "finished":
        return Preflight(run=run, report=None, minutes=minutes)
    path = report_folder(rehearsal_of(study, run.outcome.get("rehearsal", ""))) / "report.json"
    report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return Preflight(run=run, report=report, minutes=minutes)


def rehearsal_of(study: Study, slug: str) -> Study:
    return get_object_or_404(Study, rehearses=study, slug=slug)
