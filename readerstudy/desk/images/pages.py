from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import cache_control

from readerstudy.accounts.person import person
from readerstudy.desk.images.options import Import, Removal
from readerstudy.desk.images.queries import part_of_source_picture, source_picture, sources_of
from readerstudy.desk.images.refusals import refusals_as_csv, refusals_by_reason
from readerstudy.desk.images.uploads import MOST_BYTES_A_PIECE, Batch, import_upload
from readerstudy.desk.runs.queries import run_of, runs_of
from readerstudy.desk.shell.access import LEADS, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.truth.models import Source
from readerstudy.truth.take_out import take_out
from readerstudy.web.options import checked, posted
from readerstudy.web.pages import done, refused, text_file
from readerstudy.web.paging import page_of, whole_number

SHEET = 240
THUMBNAIL_PX = 128
MOST_RUNS = 8


@study_page(*LEADS, methods="GET POST", back="desk-images")
def images(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "POST":
        return _import(request, study)
    rows = sources_of(study)
    runs = runs_of(study).filter(kind__in=("import", "generate"))[:MOST_RUNS]
    context: dict[str, Any] = {
        "sources": rows,
        "runs": [(run, refusals_by_reason(run.outcome.get("refused", []))) for run in runs],
        "lacking": next((row.document.name for row in rows if row.is_short), ""),
    }
    return study_response(request, study, "images/images", context)


def _import(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Have the worker import a complete upload."""
    run = import_upload(study, posted(Import, request.POST), by=person(request))
    files = "1 file is" if run.total == 1 else f"{run.total} files are"
    said = f"{files} being imported into {run.request['source']}."
    return done(request, said, "desk-images", study.slug)


@study_page(*LEADS, methods="GET PUT")
def upload(request: HttpRequest, study: Study, batch: UUID, index: int) -> HttpResponseBase:
    """Return how much of a file has arrived (GET), or take the next piece of it (PUT)."""
    if study.is_locked:
        return JsonResponse({"detail": "The study is locked: no more images can be added."}, status=409)
    name = request.GET.get("name", "file")
    staged = Batch(study=study, token=batch, by=person(request))
    try:
        if request.method == "GET":
            return JsonResponse({"received": staged.received(index, name)})
        offset = whole_number(request, "offset")
        # Not `request.body`, which is made for forms and refuses what is longer than one.
        piece = request.read(MOST_BYTES_A_PIECE + 1)
        return JsonResponse({"received": staged.append(index, name, offset, piece)})
    except BadRequest as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except ReaderstudyError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)


@study_page(*LEADS)
def refusals(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """Return what an import refused, by line and file, as CSV."""
    run = run_of(request, study, number)
    if run.kind != "import":
        raise Http404
    return text_file(refusals_as_csv(run.outcome.get("refused", [])), f"{study.slug}-refused-{run.pk}.csv")


@study_page(*LEADS)
def sheet(request: HttpRequest, study: Study, source: str) -> HttpResponseBase:
    """Show a contact sheet of one source, page by page."""
    found = get_object_or_404(Source, study=study, name=source)
    rows = found.provenances.select_related("image").order_by("pk")
    page = page_of(rows, whole_number(request, "start"), SHEET)
    groups = found.provenances.exclude(group="").values("group").annotate(n=Count("pk"))
    context = {
        "source": found,
        "rows": page,
        "patients_with_several": groups.filter(n__gt=1).count(),
        "locked": study.is_locked,
        "page": "images",
    }
    part = request.headers.get("X-Part") == "sheet"
    return study_response(request, study, "images/_sheet_rows" if part else "images/sheet", context)


@study_page(*LEADS, methods="POST")
def take_out_of(request: HttpRequest, study: Study, source: str) -> HttpResponseBase:
    """Remove the selected images from a source, or all of them."""
    found = get_object_or_404(Source, study=study, name=source)
    everything = request.POST.get("verb") == "empty"
    ticked = [key for key in ",".join(request.POST.getlist("images")).split(",") if key]
    which = {"everything": True} if everything else {"images": ticked}
    try:
        # What is ticked while a source is emptied does not matter.
        given = checked(Removal, {"reason": request.POST.get("reason", ""), **which})
        taken = take_out(found, by=person(request), reason=given["reason"], only=given.get("images"))
    except ReaderstudyError as error:
        return refused(request, error, "desk-sheet", study.slug, source)
    if not taken:
        messages.warning(request, "No image was selected, so none was removed.")
        return redirect("desk-sheet", study.slug, source)
    said = f"{taken} {'image was' if taken == 1 else 'images were'} removed from {source}."
    if everything:
        return done(request, said, "desk-images", study.slug)
    return done(request, said, "desk-sheet", study.slug, source)


@cache_control(private=True, max_age=3600)
@study_page(*LEADS)
def source_thumbnail(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    part = request.GET.get("part")
    made = (
        part_of_source_picture(study, number, part) if part else source_picture(study, number, THUMBNAIL_PX)
    )
    return HttpResponse(made, content_type="image/png")
