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
    steps = life_of(study)
    next_step = next((step for step in steps if step.state == "now"), None)
    is_done = any(step.name == page and step.state == "done" for step in steps)
    frame = {
        "study": study,
        "protocol": study.protocol,
        "document": study.protocol.document,
        "life": steps,
        "next_step": next_step,
        "onward": next_step if is_done else None,
        "page": page,
        "roles": sorted(roles_of(request, study)),
        "plan": Plan.objects.filter(study=study).first(),
    }
    return render(request, f"desk/{page}.html", {**frame, **(context or {})}, status=status)


def done(request: HttpRequest, said: str, to: str, *arguments: str) -> HttpResponseBase:
    """Say what was done and go on."""
    messages.success(request, said)
    return redirect(to, *arguments)


def refused(request: HttpRequest, error: Exception, to: str, *arguments: str) -> HttpResponseBase:
    """Say why not and stay."""
    messages.error(request, str(error))
    return redirect(to, *arguments)
