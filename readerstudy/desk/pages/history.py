"""The versions of a protocol: who wrote each, when, why, and what it changed."""

from itertools import pairwise

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import STAFF, study_page
from readerstudy.desk.builder.changes import changes_between, lines_between
from readerstudy.desk.pages.frame import study_response
from readerstudy.studies.models import Protocol, Study

NEWEST = 100
MOST_CHANGES_SHOWN = 4


@require_GET
@study_page(*STAFF)
def history(request: HttpRequest, study: Study) -> HttpResponseBase:
    rows, first = [], None
    for version, before in newest_versions(study):
        if before is None:
            first = version
            continue
        changes = changes_between(before.text, version.text)
        rows.append(
            {
                "version": version,
                "changes": changes[:MOST_CHANGES_SHOWN],
                "more": max(0, len(changes) - MOST_CHANGES_SHOWN),
            }
        )
    return study_response(request, study, "history", {"rows": rows, "first": first, "page": "protocol"})


def newest_versions(study: Study) -> list[tuple[Protocol, Protocol | None]]:
    """The newest versions, each with the one before it; the first of all has none."""
    versions = list(study.protocols.select_related("by").order_by("-version")[: NEWEST + 1])
    pairs: list[tuple[Protocol, Protocol | None]] = list(pairwise(versions))
    return pairs if len(versions) > NEWEST else [*pairs, (versions[-1], None)]


@require_GET
@study_page(*STAFF)
def version(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """One version beside the one before it."""
    shown = study.protocols.select_related("by").filter(version=number).first()
    if shown is None:
        raise Http404
    before = study.protocols.filter(version=number - 1).first()
    context = {
        "shown": shown,
        "before": before,
        "changes": changes_between(before.text, shown.text) if before else [],
        "lines": lines_between(before.text, shown.text) if before else [],
        "is_newest": shown.version == study.protocol.version,
        "page": "protocol",
    }
    return study_response(request, study, "version", context)
