"""The pages for watching a study: progress, never accuracy, and the log without what would unblind."""

import io
import re
from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from readerstudy.accounts.person import person
from readerstudy.desk.shell.access import STAFF, study_page
from readerstudy.desk.shell.columns import spread_columns
from readerstudy.desk.shell.frame import study_response
from readerstudy.desk.watching.audit_trail import FORMATS, audit_trail
from readerstudy.desk.watching.chain import chain_of
from readerstudy.desk.watching.log_days import Asked, log_page
from readerstudy.desk.watching.queries import board, watched
from readerstudy.desk.watching.sentences import KINDS
from readerstudy.studies.models import Study
from readerstudy.web.paging import whole_number

DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
SHOWN_OF_A_DIGEST = 12
LONGEST_SEARCH = 100


@study_page(*STAFF)
def progress(request: HttpRequest, study: Study) -> HttpResponseBase:
    seen = watched(study)
    context = {
        "readers": seen.readers,
        "board": board(study, seen.readers),
        "deviating": [reader for reader in seen.readers if reader.deviations or reader.is_stale],
        "health": seen.health,
        "reported": seen.reported,
    }
    return study_response(request, study, "watching/progress", context)


@study_page(*STAFF, methods="GET HEAD")
def log(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.headers.get("X-Part") == "chain":
        return render(request, "desk/watching/_chain.html", {"chain": chain_of(study)})
    given = request.GET
    asked = Asked(
        kinds=frozenset(given.getlist("kind")) & KINDS.keys(),
        who=given.get("who", ""),
        text=given.get("text", "").strip()[:LONGEST_SEARCH],
        each="each" in given,
        start=whole_number(request, "start"),
    )
    shown = log_page(study, asked)
    context = {
        "log": shown,
        "days": [
            (day.day, [(line, _particulars(line.particulars)) for line in day.lines]) for day in shown.days
        ],
        "bars": spread_columns([bar.count for bar in shown.bars]),
    }
    return study_response(request, study, "watching/log", context)


@study_page(*STAFF)
def audit_trail_file(request: HttpRequest, study: Study, kind: str) -> HttpResponseBase:
    """The whole log in sentences, for an inspector."""
    if kind not in FORMATS:
        raise Http404
    made, name = audit_trail(study, kind, by=person(request))
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=name)


def _particulars(particulars: Mapping[str, Any]) -> list[tuple[str, SafeString]]:
    return [(name.replace("_", " "), abridged(in_words(value))) for name, value in particulars.items()]


def in_words(value: Any) -> str:
    """Return a value of the log as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {in_words(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(in_words, value)) or "none"
    return "none" if value is None else str(value)


def abridged(text: str) -> SafeString:
    """Return a text in which each digest shows its beginning, and on demand the whole."""
    said, end = SafeString(""), 0
    for found in DIGEST.finditer(text):
        whole = found[0]
        said += format_html('{}<abbr title="{}">', text[end : found.start()], whole)
        said += format_html("{}</abbr>", whole[:SHOWN_OF_A_DIGEST])
        end = found.end()
    return said + escape(text[end:])
