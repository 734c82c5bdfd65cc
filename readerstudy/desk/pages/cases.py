"""What the readers saw and said, once the study is unblinded: the cases of a section, or one opened."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from readerstudy.desk.access import STAFF, UNBLINDERS, study_page
from readerstudy.desk.heat import heat_map, names_of
from readerstudy.desk.pages.frame import study_response
from readerstudy.desk.query import whole_number
from readerstudy.imaging.delivery import thumbnail_png
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import counting_section, gallery
from readerstudy.results.tallies import readers_of
from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.truth.unblind import is_unblinded

PAGE = 30
THUMBNAIL_PX = 240
LARGE_PX = 720


@require_GET
@study_page(*UNBLINDERS)
def cases(request: HttpRequest, study: Study, section: str) -> HttpResponseBase:
    """What the readers saw, the cases that fooled most of them first, a screenful after the other."""
    shown = _section(study, section)
    known = readers_of(shown)
    chosen = request.GET.get("reader", "")
    reader = chosen if chosen in known else ""
    source, start = request.GET.get("source", "").partition("#")[0], whole_number(request.GET.get("from"))
    found = gallery(study, shown, reader=reader, source=source, start=start, most=PAGE)
    context = {
        "section": study.protocol.document.section(section),
        "found": found,
        "shown": [
            (case, [(image, heat_map(image, study.protocol.document.canvas)) for image in case.images])
            for case in found.cases
        ],
        "all_readers": known,
        "reader": reader,
        "source": source,
        "first": start + 1,
        "last": start + len(found.cases),
        "preceding": max(0, start - PAGE) if start else None,
        "following": start + PAGE if start + PAGE < found.count else None,
        "page": "result",
    }
    return study_response(request, study, "cases", context)


@require_GET
@study_page(*UNBLINDERS)
def case(request: HttpRequest, study: Study, section: str, number: int) -> HttpResponseBase:
    """One case: its images with their truth, and who answered what."""
    opened = case_file(study, _section(study, section), number)
    if opened is None:
        raise Http404
    canvas, images = study.protocol.document.canvas, opened.case.images
    # Alone, an image is shown larger, so that letters of the same size on the screen are smaller on it.
    size = canvas.width / (24 if len(images) == 1 else 15)
    context = {
        "section": study.protocol.document.section(section),
        "file": opened,
        "case": opened.case,
        "shown": [
            (image, voters, heat_map(image, canvas, names_of(image.spots, canvas, size)))
            for image, voters in opened.shown
        ],
        "rated": any(image.mean_rating is not None for image in images),
        "page": "result",
    }
    return study_response(request, study, "case", context)


def _section(study: Study, name: str) -> Section:
    """A section whose answers count, once they may be looked at."""
    section = counting_section(study, name) if is_unblinded(study) else None
    if section is None:
        raise Http404
    return section


@require_GET
@cache_control(private=True, max_age=3600)
@study_page(*STAFF)
def thumbnail(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """An image that a trial of this study shows, once the study is unblinded; small, or `?large`."""
    size = LARGE_PX if "large" in request.GET else THUMBNAIL_PX
    picture = picture_of(study, number, size) if is_unblinded(study) else None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/png")


def picture_of(study: Study, number: int, size_px: int) -> bytes | None:
    """An image as PNG by its number among those that trials show; its own would tell when it came first."""
    shown = TrialImage.objects.filter(trial__section__study=study, pk=number).select_related("image").first()
    return None if shown is None else thumbnail_png(shown.image, size_px, scope=study.pk)
