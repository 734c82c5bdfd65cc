from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.protocol.builder import Draft, draft_of, form_of, opened
from readerstudy.desk.protocol.builder.changes import lines_between
from readerstudy.desk.protocol.builder.wording_items import KINDS
from readerstudy.desk.protocol.options import Revision
from readerstudy.desk.protocol.preview import preview_page
from readerstudy.desk.protocol.queries import newest_versions, version_of
from readerstudy.desk.shell.access import LEADS, STAFF, leader, roles_of, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.results.planner import minutes_each
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.errors import ProtocolHasMovedOn
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import Examination, Problem, ProtocolDocument, ProtocolError
from readerstudy.web.options import RequestRefused, checked
from readerstudy.web.pages import done, text_file


@study_page(*STAFF, methods="GET POST", back="desk-protocol")
def protocol(request: HttpRequest, study: Study) -> HttpResponseBase:
    may_write = bool(roles_of(request, study) & set(LEADS)) and not study.is_locked
    if request.method == "GET":
        draft = opened(study.protocol.text, request)
        return _page(request, study, draft, {"may_write": may_write})
    if not roles_of(request, study) & set(LEADS):
        raise Http404
    draft = draft_of(request, study.protocol.text)
    if not draft.is_to_be_saved:
        return _page(request, study, draft, {"may_write": may_write})
    return _save(request, study, draft)


def _save(request: HttpRequest, study: Study, draft: Draft) -> HttpResponseBase:
    """Save the protocol, or show it again with the reason."""
    asked = {name: request.POST.get(name, "") for name in ("reason", "over")} | {"text": draft.text}
    context: dict[str, Any] = {"may_write": True}
    try:
        if not draft.refusal:
            revised = revise_protocol(study, by=person(request), **checked(Revision, asked))
            said = f"Saved as version {revised.version}."
            return done(request, said, "desk-protocol", study.slug)
        status = 422
    except ProtocolError:
        status = 422
    except RequestRefused as error:
        draft.refusal, status = str(error), 422
    except ProtocolHasMovedOn as error:
        draft.refusal, context["moved_from"], status = str(error), asked["over"], 409
    return _page(request, study, draft, context, status=status)


def _page(
    request: HttpRequest, study: Study, draft: Draft, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    # A page that was refused because somebody else saved is from then on written over what they saved.
    moved = "moved_from" in context
    frame = {
        "over": study.protocol.digest if moved else request.POST.get("over", study.protocol.digest),
        "unsaved": draft.text != study.protocol.text,
        "reason": request.POST.get("reason", ""),
    }
    return study_response(
        request, study, "protocol/protocol", {**written(draft), **frame, **context}, status=status
    )


def written(draft: Draft) -> dict[str, Any]:
    """Return the context of the form and of the text."""
    fresh = fresh_entry(draft)
    found = without_problems_of(draft.found, fresh)
    shown = {
        "draft": draft,
        "fresh": fresh,
        "problems": found.problems if draft.is_judged else (),
        "warnings": found.warnings,
        "needs": needs_of(found.document),
    }
    if not draft.as_text:
        shown["form"] = form_of(found, draft.typed, judged=draft.is_judged)
        shown["item_kinds"] = KINDS
    return shown


def fresh_entry(draft: Draft) -> str:
    """Return the path of the entry that was added just now and has nothing typed into it yet."""
    verb, _, rest = draft.do.partition(" ")
    many = rest.partition(" ")[0]
    tables = draft.found.asked.get(many) if verb == "add" else None
    count = len(tables.value) if tables is not None and isinstance(tables.value, list) else 0
    return f"{many}[{count - 1}]" if count else ""


def without_problems_of(found: Examination, path: str) -> Examination:
    """Return an examination that says nothing of one entry: nobody has had the time to fill it in."""
    kept = tuple(one for one in found.problems if not path or not one.field.startswith(path))
    return replace(found, problems=kept)


def needs_of(document: ProtocolDocument | None) -> str:
    """What a protocol asks for, in a sentence."""
    if document is None:
        return ""
    images = ", ".join(f"{number} of {name}" for name, number in document.needed.items())
    return f"Needs {images}; about {minutes_each(document)} minutes for each reader."


@study_page(*STAFF)
def protocol_file(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Return the protocol's text, byte for byte."""
    return text_file(study.protocol.text, f"{study.slug}.toml", "application/toml")


@study_page(*LEADS, methods="POST")
def check_protocol(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Return the problems of the unsaved text, for the page with the form."""
    return _problems(request, study.protocol.text)


@require_POST
@login_required
def check_new_protocol(request: HttpRequest) -> HttpResponseBase:
    """The same for a study that is not there yet."""
    leader(request)
    return _problems(request, "")


@study_page(*LEADS, methods="POST")
def preview_protocol(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Show what readers would see of a section of the unsaved text, beside the form."""
    return _previewed(request, study.protocol.text)


@require_POST
@login_required
def preview_new_protocol(request: HttpRequest) -> HttpResponseBase:
    """The same for a study that is not there yet."""
    leader(request)
    return _previewed(request, "")


def _previewed(request: HttpRequest, stored: str) -> HttpResponse:
    document = draft_of(request, stored).found.document
    at = request.POST.get("section", "")
    if document is None or not at.isdecimal() or int(at[:6]) >= len(document.sections):
        return HttpResponse(status=204)  # what is half written is no mistake of the request
    with translation.override(document.languages[0]):
        return render(request, "reading/trial.html", preview_page(document, int(at)))


def _problems(request: HttpRequest, stored: str) -> JsonResponse:
    draft = draft_of(request, stored)
    found = draft.found
    form = form_of(found, draft.typed)
    body: dict[str, Any] = {
        "problems": _placed(found.problems, form.problems, as_text=draft.as_text),
        "warnings": _placed(found.warnings, form.warnings, as_text=draft.as_text),
        "aside": form.aside,
        "refusal": draft.refusal,
        "needs": needs_of(found.document),
    }
    if found.document is not None:
        body |= {"images": found.document.needed, "places": found.document.places}
    return JsonResponse(body)


def _placed(
    problems: Sequence[Problem], places: Sequence[tuple[str, str, str]], *, as_text: bool
) -> list[dict[str, Any]]:
    """Each problem with the anchor of its control on the form, and what the control is called."""
    return [
        asdict(problem) | {"anchor": anchor, "label": label} | ({} if as_text else {"sentence": sentence})
        for problem, (anchor, label, sentence) in zip(problems, places, strict=True)
    ]


@study_page(*STAFF)
def history(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Who wrote each version, when, why, and what it changed."""
    versions = newest_versions(study)
    context = {
        "rows": [version for version in versions if version.before],
        "first": next((version.protocol for version in versions if version.before is None), None),
        "page": "protocol",
    }
    return study_response(request, study, "protocol/history", context)


@study_page(*STAFF)
def version(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """One version beside the one before it."""
    shown = version_of(study, number)
    context = {
        "shown": shown.protocol,
        "before": shown.before,
        "changes": shown.changes,
        "lines": lines_between(shown.before.text, shown.protocol.text) if shown.before else [],
        "is_newest": shown.protocol.version == study.protocol.version,
        "page": "protocol",
    }
    return study_response(request, study, "protocol/version", context)
