import json

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated
from readerstudy.desk.person.data import erase_person, export_person
from readerstudy.errors import ReaderstudyError
from readerstudy.web.pages import text_file


@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/person/person.html")


@recently_authenticated
@require_GET
def my_data_file(request: HttpRequest) -> HttpResponse:
    who = person(request)
    text = json.dumps(export_person(who, by=who), indent=2, ensure_ascii=False)
    return text_file(text + "\n", "personal-data.json", "application/json")


@recently_authenticated
@require_POST
def erase_me(request: HttpRequest) -> HttpResponse:
    """Erase the account and sign out, or say what prevents it."""
    who, reason = person(request), request.POST.get("reason", "")
    if request.POST.get("email", "").strip().lower() != who.email.lower():
        messages.error(request, _("Type your email address to confirm that this account is to be erased."))
        return render(request, "desk/person/person.html", {"reason": reason}, status=422)
    try:
        erase_person(who, by=who, reason=reason)
    except ReaderstudyError as error:
        messages.error(request, str(error))
        return render(request, "desk/person/person.html", {"reason": reason}, status=422)
    logout(request)
    messages.success(request, _("Your account is erased."))
    return redirect("account_login")
