"""The reader's pages. Each shows one step and leads to the next."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from readerstudy.accounts.person import person
from readerstudy.reading.acknowledge import be_briefed, consent
from readerstudy.reading.check_display import check_display
from readerstudy.reading.consent_copy import consent_copy
from readerstudy.reading.debrief import debrief
from readerstudy.reading.display_chart import new_charts
from readerstudy.reading.errors import ChartExpired, NothingHere, QuestionnaireRefused, ReadingError
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in
from readerstudy.reading.kept_check import keep_check, kept_check
from readerstudy.reading.locker import locker_keys, shelf_name
from readerstudy.reading.minutes import minutes_left
from readerstudy.reading.options import DisplayIn
from readerstudy.reading.own_keys import keys_of
from readerstudy.reading.readers import reading_of, readings_of, require_open
from readerstudy.reading.receipt import receipt_of
from readerstudy.reading.steps import document_of, next_step, require_steps
from readerstudy.reading.told import words_told
from readerstudy.reading.viewer_words import viewer_words
from readerstudy.reading.walk import Walk
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment
from readerstudy.web.pages import sign_in_url

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(*methods: str) -> Callable[[Page[P]], Page[P]]:
    """For signed-in people, never cached; a refusal becomes a page with its sentence."""

    def decorate(view: Page[P]) -> Page[P]:
        @wraps(view)
        def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except ReadingError as refusal:
                return refused(request, refusal)

        allowed = require_http_methods(["GET", "HEAD", *methods])(answered)
        return cast("Page[P]", never_cache(login_required(allowed)))

    return decorate


def refused(request: HttpRequest, refusal: ReadingError) -> HttpResponse:
    said = {"sentence": str(refusal), "code": refusal.code}
    return render(request, "reading/refused.html", said, status=refusal.status)


def opened(request: HttpRequest, slug: str) -> Enrolment:
    """The reader's enrolment in a study that is open."""
    enrolment = reading_of(request.user, slug)
    require_open(enrolment)
    return enrolment


def context_of(enrolment: Enrolment, **more: Any) -> dict[str, Any]:
    return {
        "study": enrolment.study,
        "protocol": document_of(enrolment),
        "deadline": enrolment.study.deadline,
        **more,
    }


@page()
def readings(request: HttpRequest) -> HttpResponse:
    """My studies, and how far I am in each."""
    found = [_reading(enrolment) for enrolment in readings_of(request.user).order_by("-invited_at")]
    return render(request, "reading/readings.html", {"readings": found})


def _reading(enrolment: Enrolment) -> dict[str, Any]:
    walk = Walk(enrolment) if hasattr(enrolment.study, "lock") else None
    counted = [stretch for stretch in walk.told if not stretch.section.practice] if walk else []
    status = next_page(walk, display_done=True) if walk else "not_open"
    return {
        "study": enrolment.study,
        "title": spoken(enrolment.study.protocol.document.public_title),
        "status": "withdrawn" if hasattr(enrolment, "withdrawal") else status,
        "answered": sum(stretch.answered for stretch in counted),
        "total": sum(stretch.total for stretch in counted),
    }


def next_page(walk: Walk, *, display_done: bool) -> str:
    """The name of the page where a reader goes on."""
    if hasattr(walk.enrolment.study, "freeze"):
        return "read-finish"
    step = next_step(walk.enrolment)
    if step is not None:
        return f"read-{step}"
    if walk.is_finished:
        return "read-finish"
    if walk.to_hand_in is not None:
        return "read-hand-in"
    if walk.gate is not None:
        return "practice-result"
    if walk.to_disclose is not None:
        return "read-disclosed"
    if walk.opens_at is not None:
        return "read-between"
    return "read-trial" if display_done else "read-display"


@page()
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to whatever is next."""
    enrolment = reading_of(request.user, slug)
    if not hasattr(enrolment.study, "freeze"):
        require_open(enrolment)
    return redirect(next_page(Walk(enrolment), display_done=display_done(request, enrolment)), slug)


def display_done(request: HttpRequest, enrolment: Enrolment) -> bool:
    """Whether this browser's screen was checked, and was not refused."""
    if document_of(enrolment).display.if_failed == "ignore":
        return True
    verdict = kept_check(request.COOKIES, enrolment.study.slug, by=person(request))
    return verdict is not None and not verdict["refused"]


@page("POST")
def read_consent(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = opened(request, slug)
    if request.method != "POST":
        given = getattr(enrolment, "consent", None)
        return render(request, "reading/consent.html", context_of(enrolment, given=given))
    if request.POST.get("agree") != "yes":
        missing = _("Tick the box if you agree. If you do not, close this page; nothing has been recorded.")
        return render(request, "reading/consent.html", context_of(enrolment, problem=missing), status=422)
    consent(enrolment, by=person(request))
    return redirect("read", slug)


@page()
def read_consent_copy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The text of the consent as a PDF, also after the end."""
    enrolment = reading_of(request.user, slug)
    if not hasattr(enrolment.study, "lock") or not document_of(enrolment).consent:
        raise NothingHere
    made = consent_copy(enrolment, zone=request.GET.get("zone", ""))
    return FileResponse(BytesIO(made), as_attachment=True, filename=f"{slug}-consent.pdf")


@page("POST")
def read_questionnaire(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = opened(request, slug)
    questions = document_of(enrolment).questions
    given = {question.name: request.POST.get(question.name, "") for question in questions}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            fill_questionnaire(enrolment, given, by=person(request))
        except QuestionnaireRefused as refusal:
            problems = refusal.problems
        else:
            return redirect("read", slug)
    fields = [
        {"question": question, "given": given[question.name], "problem": problems.get(question.name)}
        for question in questions
    ]
    status = 422 if problems else 200
    return render(request, "reading/questionnaire.html", context_of(enrolment, fields=fields), status=status)


@page("POST")
def read_instructions(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = opened(request, slug)
    if request.method == "POST":
        be_briefed(enrolment, by=person(request))
        return redirect("read", slug)
    first = Walk(enrolment).stretches[0].document
    context = context_of(enrolment, tasks={first.task}, section=first, own_keys=keys_of(person(request)))
    return render(request, "reading/instructions.html", context)


@page("POST")
def read_display(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = opened(request, slug)
    require_steps(enrolment)
    if request.method != "POST":
        return _display_page(request, enrolment)
    given = DisplayIn(data=request.POST)
    if not given.is_valid():
        measured = set(given.errors) == {"ambient_light"}
        problem = (
            _("Say how bright the room is.")
            if measured
            else _("This page measures the screen with JavaScript. Turn it on and load the page again.")
        )
        return _display_page(request, enrolment, problem, may_go_on=display_done(request, enrolment))
    try:
        verdict = check_display(enrolment, given.validated_data, by=person(request))
    except ChartExpired as expired:
        return _display_page(request, enrolment, str(expired), may_go_on=display_done(request, enrolment))
    answer = (
        redirect("read", slug)
        if verdict.passed
        else _display_page(request, enrolment, *verdict.problems, may_go_on=not verdict.refused)
    )
    keep_check(answer, slug, verdict.kept(), by=person(request))
    return answer


def _display_page(
    request: HttpRequest, enrolment: Enrolment, *problems: str, may_go_on: bool = False
) -> HttpResponse:
    shown = {"problems": problems, "may_go_on": may_go_on, "given": request.POST}
    context = context_of(enrolment, **shown, **new_charts(enrolment))
    return render(request, "reading/display.html", context, status=422 if problems else 200)


@ensure_csrf_cookie
@page()
def read_trial(request: HttpRequest, slug: str) -> HttpResponse:
    """The reading room itself; everything before it has to be done."""
    enrolment = opened(request, slug)
    walk = Walk(enrolment)
    ahead = next_page(walk, display_done=display_done(request, enrolment))
    goes_back = ahead == "read-hand-in" and "back" in request.GET
    if ahead != "read-trial" and not goes_back:
        return redirect(ahead, slug)
    here = walk.stretch or walk.to_hand_in
    context = context_of(
        enrolment,
        task=here.document.task if here else "",
        words=words_told(here.document) if here else viewer_words(""),
        timed=bool(here and here.document.exposure_ms),
        images=here.document.most_images if here else 0,
        own_keys=keys_of(person(request)),
        left=minutes_left(walk),
        measured=_measured_screen(request, slug),
        goes_back=goes_back,
        reader=enrolment.pseudonym,
        locker_keys=locker_keys(enrolment),
        shelf=shelf_name(enrolment),
        api_root=reverse("reading-state", args=[slug]).removesuffix("state"),
        finish_url=reverse("read", args=[slug]),
        tour_url=reverse("read-instructions", args=[slug]) + "#tour",
        sign_in_url=sign_in_url(reverse("read-trial", args=[slug])),
    )
    return render(request, "reading/trial.html", context)


def _measured_screen(request: HttpRequest, slug: str) -> dict[str, str] | None:
    """How large the pixels of the screen are, and which screen that is, where a card was held against it."""
    check = kept_check(request.COOKIES, slug, by=person(request)) or {}
    if "mm_per_px" not in check:
        return None
    return {"mm": f"{check['mm_per_px'] / check['pixel_ratio']:.5f}", "screen": str(check["screen_width"])}


@page()
def read_between(request: HttpRequest, slug: str) -> HttpResponse:
    """Between two sections: how far, and from when it goes on."""
    enrolment = opened(request, slug)
    require_steps(enrolment)
    walk = Walk(enrolment)
    context = context_of(walk.enrolment, stretches=walk.told, opens_at=walk.opens_at, left=minutes_left(walk))
    return render(request, "reading/between.html", context)


@page("POST")
def read_hand_in(request: HttpRequest, slug: str) -> HttpResponse:
    """At the end of a section whose answers can still be changed: hand it in, or go back."""
    enrolment = opened(request, slug)
    stretch = Walk(enrolment).to_hand_in
    if stretch is None:
        return redirect("read", slug)
    if request.method == "POST":
        hand_in(enrolment, stretch.section, by=person(request))
        return redirect("read", slug)
    return render(request, "reading/hand_in.html", context_of(enrolment, stretch=stretch))


@page("POST")
def read_disclosed(request: HttpRequest, slug: str) -> HttpResponse:
    """What a section discloses once it is handed in; the next one opens after that was read."""
    enrolment = opened(request, slug)
    stretch = Walk(enrolment).to_disclose
    if stretch is None:
        return redirect("read", slug)
    if request.method == "POST":
        debrief(enrolment, stretch.section.token, by=person(request))
        return redirect("read", slug)
    return render(request, "reading/disclosed.html", context_of(enrolment, stretch=stretch))


@page()
def read_finish(request: HttpRequest, slug: str) -> HttpResponse:
    """Thanks, and a receipt of what was recorded."""
    enrolment = reading_of(request.user, slug)
    is_open = not hasattr(enrolment.study, "freeze")
    if is_open:
        require_open(enrolment)
    walk = Walk(enrolment)
    if is_open and not walk.is_finished:
        return redirect("read", slug)
    context = context_of(
        enrolment,
        receipt=receipt_of(enrolment),
        reader=enrolment.pseudonym,
        finished=walk.is_finished,
        consented=hasattr(enrolment, "consent"),
        may_withdraw=is_open,
    )
    return render(request, "reading/finish.html", context)
