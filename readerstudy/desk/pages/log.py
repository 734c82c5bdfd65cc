"""The log of a study: everything that happened, without what would unblind."""

import io
import re
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_safe

from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.audit.models import Audience, Entry, Event
from readerstudy.desk.access import STAFF, study_page
from readerstudy.desk.audit_trail import KINDS, audit_trail, reader_names
from readerstudy.desk.pages.frame import study_response
from readerstudy.studies.models import Study
from readerstudy.truth.models import Unblinding

EVENTS_ON_A_PAGE = 100
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
SHOWN_OF_A_DIGEST = 12

Named = list[tuple[User | str | None, Entry]]


@require_safe
@study_page(*STAFF)
def log(request: HttpRequest, study: Study) -> HttpResponseBase:
    entries, shown = entries_of(study, request.GET.get("page"))
    rows = [(who, entry, _particulars(entry)) for who, entry in entries]
    return study_response(request, study, "log", {"rows": rows, "shown": shown})


@require_GET
@study_page(*STAFF)
def audit_trail_file(request: HttpRequest, study: Study, kind: str) -> HttpResponseBase:
    """The whole log in sentences, for an inspector."""
    if kind not in KINDS:
        raise Http404
    made, name = audit_trail(study, kind, by=person(request))
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=name)


def _particulars(entry: Entry) -> list[tuple[str, SafeString]]:
    return [(name, abridged(value)) for name, value in entry.particulars.items()]


def abridged(value: Any) -> SafeString:
    """A value as text in which each digest shows its beginning, and on demand the whole."""
    text, said = "none" if value is None else str(value), SafeString("")
    end = 0
    for found in DIGEST.finditer(text):
        whole = found[0]
        said += format_html('{}<abbr title="{}">', text[end : found.start()], whole)
        said += format_html("{}</abbr>", whole[:SHOWN_OF_A_DIGEST])
        end = found.end()
    return said + escape(text[end:])


def entries_of(study: Study, page: str | int | None) -> tuple[Named, Page[Event]]:
    """Newest first. What would tell truth before the unblinding is left out for everybody alike."""
    unblinded = Unblinding.objects.filter(study=study).exists()
    audience = Audience.UNBLINDED if unblinded else Audience.STAFF
    events = Event.objects.within(study.scope).for_audience(audience).order_by("-at", "-pk")
    events = events.select_related("stream", "by")
    shown = Paginator(events, EVENTS_ON_A_PAGE).get_page(page)
    names = reader_names(study)
    return [(names.get(event.by_id, event.by), event.for_audience(audience)) for event in shown], shown
