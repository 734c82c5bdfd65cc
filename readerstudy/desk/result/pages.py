import json
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

from readerstudy.accounts.person import person
from readerstudy.desk.result.bars import agreement_of, picks_of, ratings_of
from readerstudy.desk.result.confusion import confusion_of
from readerstudy.desk.result.files import file_of, files_in
from readerstudy.desk.result.headline import headline_of
from readerstudy.desk.result.items import endpoints_of, items_of
from readerstudy.desk.result.options import WriteReport
from readerstudy.desk.result.queries import SANDBOX, by_title, citation_of, fooling_most, virtual_readers
from readerstudy.desk.result.task_tables import tables_of
from readerstudy.desk.runs.queries import newest_run
from readerstudy.desk.shell.access import UNBLINDERS, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.results.papers import beside_the_paper
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.recognisable import findable_said
from readerstudy.truth.unblind import is_unblinded
from readerstudy.web.options import posted
from readerstudy.web.pages import done


@study_page(*UNBLINDERS, methods="GET POST")
def result(request: HttpRequest, study: Study) -> HttpResponseBase:
    unblinded = is_unblinded(study)
    if request.method == "POST" and unblinded:
        asked = posted(WriteReport, request.POST)
        start_run(study, "report", {"anew": True, **asked}, by=person(request))
        return done(request, "Writing the report has started.", "desk-result", study.slug)
    context: dict[str, Any] = {"unblinded": unblinded}
    if unblinded:
        folder = report_folder(study)
        report = _report(folder)
        context |= {
            "run": newest_run(study, "report"),
            "sections": _with_tables(study, report),
            "headline": report
            and headline_of(report, study.protocol.document, virtual=virtual_readers(study)),
            "endpoints": endpoints_of(report, study.protocol.document) if report else [],
            "fooled": fooling_most(study) if report else None,
            "opinion": report and report.get("cross_check"),
            "files": files_in(folder),
            "citation": citation_of(study),
            "findable": findable_said(study),
            "paper": beside_the_paper(study, report),
        }
    return study_response(request, study, "result/result", context)


def _report(folder: Path) -> dict[str, Any] | None:
    path = folder / "report.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _with_tables(study: Study, report: dict[str, Any] | None) -> list[dict[str, Any]]:
    if report is None:
        return []
    document = study.protocol.document
    level = report.get("study", {}).get("level", document.level)
    return [
        {
            **one,
            "tables": tables_of(one["found"], document, level=level),
            "ratings": ratings_of(one["found"].get("realism", {}), document),
            "picks": picks_of(one["found"].get("detection", {}), document),
            "confusion": confusion_of(one["found"], document),
            "agreement": agreement_of(one["found"]),
            "items": items_of(one["found"], document.section(one["name"]), document, round(100 * level)),
        }
        for one in by_title(study, report)
    ]


@study_page(*UNBLINDERS)
def report_file(request: HttpRequest, study: Study, name: str) -> HttpResponseBase:
    """Return one file of the report; the HTML page is shown, everything else downloaded."""
    file = file_of(study, name)
    if not name.endswith(".html"):
        return FileResponse(file, as_attachment=True, filename=f"{study.slug}-{name}")
    with file:
        page = file.read()
    headers = {"Content-Security-Policy": SANDBOX}
    return HttpResponse(page, content_type="text/html; charset=utf-8", headers=headers)
