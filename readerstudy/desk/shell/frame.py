"""The frame around every page of a study."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from readerstudy.desk.shell.access import roles_of
from readerstudy.desk.shell.facts import facts_of
from readerstudy.desk.shell.stages import stages_of
from readerstudy.studies.models import Study


def study_response(
    request: HttpRequest,
    study: Study,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render `desk/<template>.html`, such as `people/people`, within the frame of its study."""
    page = template.rpartition("/")[2]
    roles, facts = roles_of(request, study), facts_of(study)
    steps = [(step, not roles.isdisjoint(step.open_to)) for step in stages_of(study, facts)]
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
        "plan": facts.plan,
        "virtual_readers": facts.virtual,
        "unblinded": facts.unblinded,
    }
    return render(request, f"desk/{template}.html", {**frame, **(context or {})}, status=status)


def refused_here(
    request: HttpRequest, study: Study, template: str, error: Exception, context: dict[str, Any]
) -> HttpResponse:
    """Show the reason of a refusal on the page itself, with what was typed into it."""
    messages.error(request, str(error))
    typed = {"verb": request.POST.get("verb", ""), "reason": request.POST.get("reason", "")}
    return study_response(request, study, template, {**context, "typed": typed}, status=422)
