"""Read and write the protocol, with every mistake named while one writes."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, STAFF, study_page
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolError, parse_protocol


@require_GET
@study_page(*STAFF)
def overview(request: HttpRequest, study: Study) -> HttpResponseBase:
    return study_response(request, study, "study")


@require_http_methods(["GET", "POST"])
@study_page(*STAFF)
def protocol(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        return study_response(request, study, "protocol", {"text": study.protocol.text})
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        revised = revise_protocol(study, text, by=person(request))
    except ProtocolError as error:
        context = {"text": text, "problems": error.problems}
        return study_response(request, study, "protocol", context, status=422)
    except ReaderstudyError as error:
        return refused(request, error, "desk-protocol", study.slug)
    return done(request, f"Saved as version {revised.version}.", "desk-protocol", study.slug)


@require_GET
@study_page(*STAFF)
def protocol_file(request: HttpRequest, study: Study) -> HttpResponseBase:
    """The text itself, byte for byte."""
    name = f"{study.slug}.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(study.protocol.text, content_type="application/toml; charset=utf-8", headers=headers)


@require_POST
@study_page(*LEADS)
def check_protocol(request: HttpRequest, study: Study) -> HttpResponseBase:
    """What is wrong with a text, for the page that is being written in."""
    return checked(request)


@require_POST
@login_required
def check_new_protocol(request: HttpRequest) -> HttpResponseBase:
    """The same for a study that is not there yet."""
    return checked(request)


def checked(request: HttpRequest) -> JsonResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        document = parse_protocol(text)
    except ProtocolError as error:
        problems = [{"line": p.line, "field": p.field, "sentence": p.sentence} for p in error.problems]
        return JsonResponse({"problems": problems})
    needed = {source.name: document.images_needed(source.name) for source in document.sources}
    return JsonResponse({"problems": [], "images": needed, "places": document.places})
