"""Watching the reading, progress and never accuracy; and the log, without what would unblind."""

import io
import re
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_safe

from readerstudy.accounts.person import person
from readerstudy.desk.shell.access import STAFF, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.desk.watching.audit_trail import KINDS, audit_trail
from readerstudy.desk.watching.queries import board, log_of, watched
from readerstudy.studies.models import Study
from readerstudy.web.paging import whole_number

DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
SHOWN_OF_A_DIGEST = 12


@require_GET
@study_page(*STAFF)
def progress(request: HttpRequest, study: Study) -> HttpResponseBase:
    seen = watched(study)
    context = {
        "readers": seen.readers,
        "board": board(study, seen.readers),
        "deviating": [reader for reader in seen.readers if reader.deviations or reader.is_stale],
        "health": seen.health,
    }
    return study_response(request, study, "watching/progress", context)


@require_safe
@study_page(*STAFF)
def log(request: HttpRequest, study: Study) -> HttpResponseBase:
    page = log_of(study, whole_number(request, "start"))
    rows = [(row.by, row.entry, _particulars(row.entry.particulars)) for row in page]
    return study_response(request, study, "watching/log", {"rows": rows, "shown": page})


@require_GET
@study_page(*STAFF)
def audit_trail_file(request: HttpRequest, study: Study, kind: str) -> HttpResponseBase:
    """The whole log in sentences, for an inspector."""
    if kind not in KINDS:
        raise Http404
    made, name = audit_trail(study, kind, by=person(request))
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=name)


def _particulars(particulars: dict[str, Any]) -> list[tuple[str, SafeString]]:
    return [(name, abridged(in_words(value))) for name, value in particulars.items()]


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
