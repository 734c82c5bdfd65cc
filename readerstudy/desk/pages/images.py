"""The sources of a study and their images: what is there, what is needed, and how more come in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, study_page
from readerstudy.desk.life import images_by_source
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.desk.query import whole_number
from readerstudy.desk.uploads import MOST_BYTES_A_PIECE, Batch, start_import
from readerstudy.errors import ReaderstudyError
from readerstudy.imaging.delivery import thumbnail_png
from readerstudy.studies.models import Run, Study
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.sources import source_of
from readerstudy.truth.take_out import take_out

SHEET = 240
THUMBNAIL_PX = 128
MOST_RUNS = 8


@require_http_methods(["GET", "POST"])
@study_page(*LEADS)
def images(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "POST":
        return _import(request, study)
    document = study.protocol.document
    have = images_by_source(study)
    stored = {source.name: source for source in Source.objects.filter(study=study)}
    rows = [
        {
            "document": source,
            "have": have.get(source.name, 0),
            "needed": document.images_needed(source.name),
            "source": stored.get(source.name),
        }
        for source in document.sources
    ]
    runs = Run.objects.filter(study=study, kind__in=("import", "generate")).select_related("cancellation")
    names = [source.name for source in document.sources]
    lacking = next((name for name in names if have.get(name, 0) < document.images_needed(name)), "")
    context: dict[str, Any] = {"sources": rows, "runs": runs[:MOST_RUNS], "lacking": lacking}
    return study_response(request, study, "images", context)


def _import(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Hand a batch that is whole to the worker."""
    try:
        batch = Batch(study=study, token=UUID(request.POST.get("batch", "")), by=person(request))
        source = source_of(study, request.POST.get("source", ""))
        run = start_import(batch, source, by=person(request), names=request.POST.get("names", "").strip())
    except ValueError as error:
        raise Http404 from error
    except ReaderstudyError as error:
        return refused(request, error, "desk-images", study.slug)
    files = "1 file is" if run.total == 1 else f"{run.total} files are"
    said = f"{files} being imported into {source.name}."
    return done(request, said, "desk-images", study.slug)


@require_http_methods(["GET", "PUT"])
@study_page(*LEADS)
def upload(request: HttpRequest, study: Study, batch: UUID, index: int) -> HttpResponseBase:
    """How much of a file is here (GET), or the next piece of it (PUT)."""
    if study.is_locked:
        return JsonResponse({"detail": "The study is locked; no image comes in any more."}, status=409)
    name = request.GET.get("name", "file")
    staged = Batch(study=study, token=batch, by=person(request))
    try:
        if request.method == "GET":
            return JsonResponse({"received": staged.received(index, name)})
        offset = int(request.GET.get("offset", "0"))
        # Not `request.body`, which is made for forms and refuses what is longer than one.
        piece = request.read(MOST_BYTES_A_PIECE + 1)
        return JsonResponse({"received": staged.append(index, name, offset, piece)})
    except (ReaderstudyError, ValueError) as error:
        return JsonResponse({"detail": str(error)}, status=409)


@require_GET
@study_page(*LEADS)
def sheet(request: HttpRequest, study: Study, source: str) -> HttpResponseBase:
    """A contact sheet of one source, a screenful after the other."""
    found = get_object_or_404(Source, study=study, name=source)
    after = whole_number(request.GET.get("after"))
    rows = Provenance.objects.filter(source=found, pk__gt=after).select_related("image").order_by("pk")
    shown = list(rows[: SHEET + 1])
    groups = (
        Provenance.objects.filter(source=found)
        .exclude(group="")
        .values("group")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .count()
    )
    context = {
        "source": found,
        "rows": shown[:SHEET],
        "following": shown[SHEET - 1].pk if len(shown) > SHEET else None,
        "patients_with_several": groups,
        "locked": study.is_locked,
        "page": "images",
    }
    part = request.headers.get("X-Part") == "sheet"
    return study_response(request, study, "_sheet_rows" if part else "sheet", context)


@require_POST
@study_page(*LEADS)
def take_out_of(request: HttpRequest, study: Study, source: str) -> HttpResponseBase:
    """Take the ticked images out of a source, or all of them."""
    found = get_object_or_404(Source, study=study, name=source)
    chosen = {
        int(key)
        for key in ",".join(request.POST.getlist("images")).split(",")
        if key.isdecimal() and len(key) < 19
    }
    everything = request.POST.get("verb") == "empty"
    try:
        reason = request.POST.get("reason", "")
        taken = take_out(found, by=person(request), reason=reason, only=None if everything else chosen)
    except ReaderstudyError as error:
        return refused(request, error, "desk-sheet", study.slug, source)
    if not taken:
        messages.warning(request, "No image was ticked, so none was taken out.")
        return redirect("desk-sheet", study.slug, source)
    said = f"{taken} {'image was' if taken == 1 else 'images were'} taken out of {source}."
    if everything:
        return done(request, said, "desk-images", study.slug)
    return done(request, said, "desk-sheet", study.slug, source)


@require_GET
@cache_control(private=True, max_age=3600)
@study_page(*LEADS)
def source_thumbnail(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    return HttpResponse(source_picture(study, number, THUMBNAIL_PX), content_type="image/png")


def source_picture(study: Study, number: int, size_px: int) -> bytes:
    """An image of one of the study's sources as PNG."""
    row = Provenance.objects.filter(source__study=study, pk=number).select_related("image").first()
    if row is None:
        raise Http404
    return thumbnail_png(row.image, size_px, scope=study.pk)
