"""What the readers saw and said, once the study is unblinded: the cases of a section, or one opened."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from readerstudy.desk.access import STAFF, UNBLINDERS, study_page
from readerstudy.desk.pages.frame import study_response
from readerstudy.imaging.delivery import thumbnail_png
from readerstudy.imaging.models import Image
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import by_source, cases_of, readers_of
from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.truth.unblind import is_unblinded

MOST_CASES = 60
THUMBNAIL_PX = 240
LARGE_PX = 720


@require_GET
@study_page(*UNBLINDERS)
def cases(request: HttpRequest, study: Study, section: str) -> HttpResponseBase:
    """What the readers saw, the cases that fooled most of them first."""
    shown = _section(study, section)
    known = readers_of(shown)
    reader = request.GET.get("reader", "")
    found = cases_of(study, shown, reader=reader if reader in known else "")
    sources = sorted({image.source.partition("#")[0] for case in found for image in case.images})
    source = request.GET.get("source", "").partition("#")[0]
    if source in sources:
        found = by_source(found, source)
    context = {
        "section": study.protocol.document.section(section),
        "cases": found[:MOST_CASES],
        "count": len(found),
        "all_readers": known,
        "reader": reader,
        "sources": sources,
        "source": source,
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
    context = {
        "section": study.protocol.document.section(section),
        "file": opened,
        "case": opened.case,
        "rated": any(image.mean_rating is not None for image in opened.case.images),
        "page": "result",
    }
    return study_response(request, study, "case", context)


def _section(study: Study, name: str) -> Section:
    """A section whose answers count, once they may be looked at."""
    section = Section.objects.filter(study=study, name=name, practice=False).first()
    if section is None or not is_unblinded(study):
        raise Http404
    return section


@require_GET
@cache_control(private=True, max_age=3600)
@study_page(*STAFF)
def thumbnail(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """An image that a trial of this study shows, once the study is unblinded; small, or `?large`."""
    if not is_unblinded(study):
        raise Http404
    used = TrialImage.objects.filter(trial__section__study=study, image=number)
    image = Image.objects.filter(pk=number).first() if used.exists() else None
    if image is None:
        raise Http404
    size = LARGE_PX if "large" in request.GET else THUMBNAIL_PX
    return HttpResponse(thumbnail_png(image, size), content_type="image/png")
