from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.desk.emergency.ask import ask_for_disclosure
from readerstudy.desk.emergency.options import Disclosure
from readerstudy.desk.shell.access import LEADS, study_page
from readerstudy.desk.shell.frame import refused_here, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.truth.disclose import confirm_disclosure, disclosures_of
from readerstudy.truth.unblind import is_unblinded
from readerstudy.web.options import RequestForm, StatedReason, form_for, posted
from readerstudy.web.pages import done
from readerstudy.web.paging import number_in

DisclosureForm = form_for(Disclosure)


def _form(request: HttpRequest, study: Study) -> RequestForm:
    asks = request.method == "POST" and request.POST.get("verb") == "ask"
    form = DisclosureForm(request.POST if asks else None)
    sections = [(one.name, one.title) for one in study.protocol.document.sections]
    form.fields["section"].widget = forms.Select(choices=sections)
    return form


@recently_authenticated_to_act
@study_page(*LEADS, methods="GET POST")
def emergency(request: HttpRequest, study: Study) -> HttpResponseBase:
    form = _form(request, study)
    if request.method == "GET" or (form.is_bound and not form.is_valid()):
        status = 422 if form.errors else 200
        return study_response(request, study, "emergency/emergency", _shown(study, form), status=status)
    try:
        said = _asked(request, study, form) if form.is_bound else _confirmed(request, study)
    except ReaderstudyError as error:
        return refused_here(request, study, "emergency/emergency", error, _shown(study, form))
    return done(request, said, "desk-emergency", study.slug)


def _asked(request: HttpRequest, study: Study, form: RequestForm) -> str:
    ask_for_disclosure(study, form.cleaned_data, by=person(request))
    return "Requested. Another owner or coordinator has to confirm."


def _confirmed(request: HttpRequest, study: Study) -> str:
    asked = get_object_or_404(disclosures_of(study), pk=number_in(request.POST.get("request", "")))
    confirm_disclosure(asked, by=person(request), **posted(StatedReason, request.POST))
    return f"{asked.recipient} has been told by email."


def _shown(study: Study, form: RequestForm) -> dict[str, Any]:
    return {
        "form": form,
        "requests": disclosures_of(study),
        "is_open": study.is_locked and not is_unblinded(study),
    }
