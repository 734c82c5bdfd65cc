from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from readerstudy.accounts.person import person
from readerstudy.desk.protocol.builder import draft_of, opened
from readerstudy.desk.protocol.pages import written
from readerstudy.desk.protocol.published import all_published
from readerstudy.desk.shell.access import MONITORS, OWNERS, STAFF, leader, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.desk.study.options import Copy
from readerstudy.desk.study.queries import PAGE, studies_of
from readerstudy.desk.watching.progress import progress_of
from readerstudy.desk.watching.queries import board
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.create import create_study
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolError
from readerstudy.truth.duplicate import duplicate
from readerstudy.web.options import posted
from readerstudy.web.pages import done
from readerstudy.web.paging import page_of, whole_number

BLANK = Path(__file__).with_name("blank.toml").read_text(encoding="utf-8")


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show staff their studies; redirect readers to their reading."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if Study.objects.real().in_role(request.user, *STAFF).exists():
        return redirect("desk-studies")
    if Study.objects.visible_to(request.user).exists():
        return redirect("/read/")
    return redirect("desk-studies")


@login_required
@require_GET
def studies(request: HttpRequest) -> HttpResponse:
    page = page_of(studies_of(request.user), whole_number(request, "start"), PAGE)
    context: dict[str, Any] = {"studies": page, "may_create": may_create_studies(request.user)}
    context["monitored"] = Study.objects.real().in_role(request.user, *MONITORS)
    return render(request, "desk/study/studies.html", context)


@study_page(*STAFF)
def overview(request: HttpRequest, study: Study) -> HttpResponseBase:
    seen = board(study, progress_of(study, with_departures=False)) if hasattr(study, "lock") else None
    return study_response(request, study, "study/study", {"board": seen})


@login_required
@require_http_methods(["GET", "POST"])
def new_study(request: HttpRequest) -> HttpResponseBase:
    """Create a study from a protocol or from blank; show a protocol with mistakes again."""
    leader(request)
    if request.method == "POST":
        return _begin(request)
    chosen = request.GET.get("from", "")
    if not chosen:
        return render(request, "desk/study/new.html", {"published": all_published()})
    text = next((item.text for item in all_published() if item.name == chosen), BLANK)
    return render(request, "desk/study/new.html", written(opened(text, request)))


def _begin(request: HttpRequest) -> HttpResponseBase:
    draft, slug, status = draft_of(request, BLANK), request.POST.get("slug", "").strip(), 200
    if draft.is_to_be_saved and not draft.refusal:
        try:
            return redirect("desk-study", create_study(draft.text, by=person(request), slug=slug).slug)
        except ProtocolError:
            status = 422
        except ReaderstudyError as error:
            draft.refusal, status = str(error), 422
    return render(request, "desk/study/new.html", {**written(draft), "slug": slug}, status=status)


@study_page(*OWNERS, methods="POST", back="desk-study")
def copy(request: HttpRequest, study: Study) -> HttpResponseBase:
    twin = duplicate(study, by=person(request), **posted(Copy, request.POST))
    return done(request, f"Study duplicated. This is the copy: {twin.title}.", "desk-study", twin.slug)
