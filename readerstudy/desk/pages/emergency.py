"""Emergency unblinding of one image: ask for it, or confirm what another person asked for."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.desk.access import LARGEST_KEY, LEADS, study_page
from readerstudy.desk.pages.frame import done, refused_here, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.truth.disclose import Case, confirm_disclosure, disclosures_of, request_disclosure
from readerstudy.truth.models import DisclosureRequest
from readerstudy.truth.unblind import is_unblinded


class AskForm(forms.Form):
    """Which image, and who is to be told."""

    reader = forms.CharField(max_length=12, help_text="On whose screen it was seen, such as R03")
    section = forms.ChoiceField()
    number = forms.IntegerField(
        min_value=1, max_value=LARGEST_KEY, label="Trial", help_text="Its number on that screen"
    )
    letter = forms.CharField(max_length=1, initial="A", help_text="Of the image; A where there is one")
    recipient = forms.CharField(max_length=200, label="Who is told", help_text="Name and function")
    email = forms.EmailField(help_text="Nobody who reads or analyses the study")
    reason = forms.CharField(max_length=2000, help_text="For the record and the report")

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = [(one.name, one.title) for one in study.protocol.document.sections]
        self.fields["section"] = forms.ChoiceField(choices=sections)

    def ask(self, study: Study, *, by: User) -> DisclosureRequest:
        said = dict(self.cleaned_data)
        case = Case(**{name: said.pop(name) for name in ("reader", "section", "number", "letter")})
        return request_disclosure(study, case, **said, by=by)


@require_http_methods(["GET", "POST"])
@recently_authenticated_to_act
@study_page(*LEADS)
def emergency(request: HttpRequest, study: Study) -> HttpResponseBase:
    asks = request.method == "POST" and request.POST.get("verb") == "ask"
    form = AskForm(request.POST if asks else None, study=study)
    if request.method == "GET" or (asks and not form.is_valid()):
        status = 422 if form.errors else 200
        return study_response(request, study, "emergency", _shown(study, form), status=status)
    try:
        said = _asked(request, study, form) if asks else _confirmed(request, study)
    except ReaderstudyError as error:
        return refused_here(request, study, "emergency", error, _shown(study, form))
    return done(request, said, "desk-emergency", study.slug)


def _asked(request: HttpRequest, study: Study, form: AskForm) -> str:
    form.ask(study, by=person(request))
    return "Requested. Another owner or coordinator has to confirm."


def _confirmed(request: HttpRequest, study: Study) -> str:
    number = request.POST.get("request", "")
    known = int(number) if number.isdecimal() and len(number) < 19 else 0
    asked = get_object_or_404(disclosures_of(study), pk=known)
    confirm_disclosure(asked, by=person(request), reason=request.POST.get("reason", ""))
    return f"{asked.recipient} has been told by email."


def _shown(study: Study, form: AskForm) -> dict[str, Any]:
    return {
        "form": form,
        "requests": disclosures_of(study),
        "is_open": study.is_locked and not is_unblinded(study),
    }
