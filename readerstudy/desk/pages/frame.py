"""What every page of a study shows around its content."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from readerstudy.desk.access import roles_of
from readerstudy.desk.life import life_of
from readerstudy.studies.models import Study
from readerstudy.truth.models import Plan


def study_response(
    request: HttpRequest, study: Study, page: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page `desk/<page>.html` within the frame of its study."""
    roles = roles_of(request, study)
    steps = [(step, not roles.isdisjoint(step.open_to)) for step in life_of(study)]
    next_step, is_mine = next((one for one in steps if one[0].state == "now"), (None, False))
    is_done = any(step.name == page and step.state in ("done", "overridden", "skipped") for step, _ in steps)
    frame = {
        "study": study,
        "protocol": study.protocol,
        "document": study.protocol.document,
        "life": steps,
        "next_step": next_step,
        "next_is_mine": is_mine,
        "onward": next_step if is_done and is_mine else None,
        "page": page,
        "roles": sorted(roles),
        "plan": Plan.objects.filter(study=study).first(),
    }
    return render(request, f"desk/{page}.html", {**frame, **(context or {})}, status=status)


def done(request: HttpRequest, said: str, to: str, *arguments: str) -> HttpResponseBase:
    """Say what was done and go on."""
    messages.success(request, said)
    return redirect(to, *arguments)


def refused_here(
    request: HttpRequest, study: Study, page: str, error: Exception, context: dict[str, Any]
) -> HttpResponse:
    """Say why not, on the page itself with what was typed into it."""
    messages.error(request, str(error))
    typed = {"verb": request.POST.get("verb", ""), "reason": request.POST.get("reason", "")}
    return study_response(request, study, page, {**context, "typed": typed}, status=422)


def refused(request: HttpRequest, error: Exception, to: str, *arguments: str) -> HttpResponseBase:
    """Say why not and stay."""
    messages.error(request, str(error))
    return redirect(to, *arguments)
