from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control

from readerstudy.accounts.person import person
from readerstudy.desk.cases.dwell_map import dwell_map, in_words
from readerstudy.desk.cases.heat import heat_map, names_of
from readerstudy.desk.cases.queries import gallery_page, looks_of, picture_of
from readerstudy.desk.cases.replay import replay_of
from readerstudy.desk.shell.access import LEADS, STAFF, UNBLINDERS, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.imaging.delivery import LARGE_PX
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import counting_section
from readerstudy.results.gaze import MOST_BYTES, codes_csv, import_gaze
from readerstudy.results.looks import dwell_on, gaze_on, looks_at
from readerstudy.results.tallies import readers_of
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import is_unblinded
from readerstudy.web.pages import done, text_file
from readerstudy.web.paging import whole_number

PAGE = 30
THUMBNAIL_PX = 240


@study_page(*UNBLINDERS)
def cases(request: HttpRequest, study: Study, section: str) -> HttpResponseBase:
    """Show the cases of a section, those that fooled most readers first, page by page."""
    shown = _section(study, section)
    known = readers_of(shown)
    chosen = request.GET.get("reader", "")
    reader = chosen if chosen in known else ""
    source = request.GET.get("source", "").partition("#")[0]
    start = whole_number(request, "start")
    found = gallery_page(study, shown, reader=reader, source=source, start=start, size=PAGE, reasons=True)
    canvas = study.protocol.document.canvas
    context = {
        "section": study.protocol.document.section(section),
        "found": found,
        "shown": [(case, [(image, heat_map(image, canvas)) for image in case.images]) for case in found.rows],
        "all_readers": known,
        "reader": reader,
        "source": source,
        "first": start + 1,
        "last": start + len(found.rows),
        "page": "result",
    }
    return study_response(request, study, "cases/cases", context)


@study_page(*UNBLINDERS)
def case(request: HttpRequest, study: Study, section: str, number: int) -> HttpResponseBase:
    """Show one case: its images with their truth, and who answered what."""
    opened = case_file(study, _section(study, section), number)
    if opened is None:
        raise Http404
    canvas, images = study.protocol.document.canvas, opened.case.images
    looks = looks_at(study, _section(study, section), number)
    looker = request.GET.get("looker", "")
    chosen = looks_of(looker, looks)
    maps = [(image, dwell_on(image.trial_image, chosen, canvas)) for image in images]
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
        "looks": looks,
        "looker": looker,
        "looked": [
            (image, dwell, dwell_map(dwell, gaze_on(image.trial_image, chosen), canvas), in_words(dwell))
            for image, dwell in maps
        ],
        "rated": any(image.mean_rating is not None for image in images),
        "page": "result",
    }
    return study_response(request, study, "cases/case", context)


@study_page(*UNBLINDERS)
def replay(request: HttpRequest, study: Study, section: str, number: int, reader: str) -> HttpResponseBase:
    found = _section(study, section)
    again = "again" in request.GET
    opened = case_file(study, found, number)
    looks = looks_at(study, found, number)
    look = next((look for look in looks if look.reader == reader and look.again == again), None)
    if opened is None or look is None:
        raise Http404
    images = {image.trial_image: image for image in opened.case.images}
    context = {
        "section": study.protocol.document.section(section),
        "case": opened.case,
        "look": look,
        "shown": [(letter, images[image]) for letter, image in look.images.items() if image in images],
        "data": replay_of(look, study.protocol.document.canvas),
        "page": "result",
    }
    return study_response(request, study, "cases/replay", context)


@study_page(*UNBLINDERS, methods="POST", back="desk-result")
def gaze(request: HttpRequest, study: Study) -> HttpResponseBase:
    """A gaze table, once the study is unblinded."""
    sent = request.FILES.get("table")
    content = b"" if sent is None else sent.read(MOST_BYTES + 1)
    table = import_gaze(study, content, by=person(request))
    said = f"{table.placed:,} of {table.samples:,} samples lie on images."
    return done(request, said, "desk-result", study.slug)


@study_page(*LEADS)
def codes(request: HttpRequest, study: Study) -> HttpResponseBase:
    """What the laboratory names its gaze recordings by."""
    return text_file(codes_csv(study), f"{study.slug}-gaze-codes.csv")


def _section(study: Study, name: str) -> Section:
    """A section whose answers count, once they may be looked at."""
    section = counting_section(study, name) if is_unblinded(study) else None
    if section is None:
        raise Http404
    return section


@cache_control(private=True, max_age=3600)
@study_page(*STAFF)
def thumbnail(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """An image that a trial of this study shows, once the study is unblinded; small, or `?large`."""
    if not is_unblinded(study):
        raise Http404
    size = LARGE_PX if "large" in request.GET else THUMBNAIL_PX
    frame = whole_number(request, "frame") or None
    return HttpResponse(picture_of(study, number, size, frame), content_type="image/png")
