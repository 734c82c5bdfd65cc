"""A person gets what is kept of them, and it is erased when they ask, as far as the record allows."""

import json
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.desk.person.data import ERASED, LATER, StillInAStudy, erase_person, export_person
from readerstudy.reading.models import Response
from readerstudy.reading.raise_concern import Raised, raise_concern
from readerstudy.reading.walk import Walk
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.models import Provenance
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import QUARTETS, Locked, a_locked_study, a_user, protocol_text, read_everything
from tests.readerstudy.people import PASSWORD, confirm, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def read() -> Locked:
    made = a_locked_study(readers=("rita",))
    list(read_everything(made.reading("rita")))
    return made


def test_an_export_has_what_the_reader_gave_and_nothing_of_the_truth(read: Locked, tmp_path: Path) -> None:
    freeze_study(read.study, by=read.owner, reason="done")
    out = tmp_path / "rita.json"
    call_command("export_person", "rita@example.org", "--out", str(out), stdout=StringIO())
    text = out.read_text()
    part = json.loads(text)["studies"][0]
    assert json.loads(text)["account"]["email"] == "rita@example.org"
    assert len(part["answers"]) == Response.objects.count()
    assert part["answers"][0]["ratings"]
    digests = Provenance.objects.values_list("image__digest", flat=True)
    for canary in ("canary", *digests):
        assert canary not in text
    assert Event.objects.filter(verb="personal data exported").count() == 1
    with pytest.raises(CommandError, match="exists"):
        call_command("export_person", "rita@example.org", "--out", str(out))


def test_no_answer_leaves_before_the_freeze(read: Locked) -> None:
    assert export_person(read.people["rita"], by=read.owner)["studies"][0]["answers"] == LATER


def test_a_reader_who_is_still_reading_is_told_titles_and_no_name_of_a_section() -> None:
    """What its author calls a section may say what it discloses at its end."""
    named = QUARTETS.format(trials=3).replace('name = "triples"', 'name = "one-is-real"\ntitle = "Part one"')
    made = a_locked_study(protocol_text(sections=named), readers=("rita",))
    rita, reader = made.people["rita"], made.reading("rita")
    shown = Walk(reader).current
    assert shown is not None
    raise_concern(reader, shown.token, Raised(kind="view"), by=rita, client_uuid=uuid4())
    exported = export_person(rita, by=rita)
    assert exported["studies"][0]["problems_reported"][0]["section"] == "Part one"
    assert "one-is-real" not in json.dumps(exported)


def test_no_key_is_exported(read: Locked) -> None:
    program = a_program(read.owner)
    text = json.dumps(export_person(read.owner, by=User.objects.operator()))
    assert "a program" in text
    assert program.key not in text
    assert read.owner.password not in text


def test_who_is_in_an_open_study_is_withdrawn_first(read: Locked) -> None:
    with pytest.raises(StillInAStudy, match="Withdraw them"):
        erase_person(read.people["rita"], by=read.owner, reason="asked")
    assert a_user("rita").is_active


def test_after_an_erasure_nothing_outside_the_log_names_the_person_and_nobody_signs_in(read: Locked) -> None:
    freeze_study(read.study, by=read.owner, reason="done")
    rita, answers = read.people["rita"], Response.objects.count()
    browser, program = signed_in(rita), a_program(rita)
    said = StringIO()
    call_command("erase_person", rita.email, "--reason", "asked by letter", stdout=said)
    assert ERASED in said.getvalue()
    assert _tables_that_name("rita@example.org") <= {"audit_event"}
    assert browser.get("/account/").status_code == 302
    assert program.get("studies").status_code == 401
    fresh = Client()
    fresh.post("/accounts/login/", {"login": "rita@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in fresh.session
    assert Response.objects.count() == answers
    again = erase_person(User.objects.get(pk=rita.pk), by=read.owner, reason="again")
    assert again.email.endswith(ERASED)
    assert Event.objects.filter(verb="personal data erased").count() == 1


def _tables_that_name(address: str) -> set[str]:
    """Every table with the address in any column of any row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(address in str(row) for row in cursor.fetchall()):
                found.add(table)
    return found


def test_page_api_and_command_give_the_same_data_after_confirming(read: Locked, tmp_path: Path) -> None:
    rita = signed_in(read.people["rita"])
    assert rita.get("/account/data.json").status_code == 302
    assert rita.get("/api/account/data").json()["code"] == "confirm"
    assert "/account/data/" in rita.get("/account/").content.decode()
    assert "Erase my account" in rita.get("/account/data/").content.decode()
    confirm(rita)
    page = rita.get("/account/data.json")
    assert page["Content-Disposition"].startswith("attachment")
    out = tmp_path / "rita.json"
    call_command("export_person", "rita@example.org", "--out", str(out), stdout=StringIO())
    api = rita.get("/api/account/data").json()
    for part in ("account", "studies", "invitations", "tokens"):
        assert json.loads(page.content)[part] == api[part] == json.loads(out.read_text())[part]
    assert a_program(read.people["rita"]).get("account/data").status_code == 401


def test_a_person_erases_their_own_account_and_is_signed_out(read: Locked) -> None:
    rita, user = signed_in(read.people["rita"], confirmed=True), read.people["rita"]
    asked = {"email": "rita@example.org", "reason": "I have retired."}
    refused = rita.post("/account/erasure/", asked)
    assert "is not frozen" in refused.content.decode()
    freeze_study(read.study, by=read.owner, reason="done")
    mistyped = rita.post("/account/erasure/", asked | {"email": "ron@example.org"})
    assert "Type your email address" in mistyped.content.decode()
    assert User.objects.get(pk=user.pk).is_active
    assert rita.post("/account/erasure/", asked)["Location"] == "/accounts/login/"
    assert User.objects.get(pk=user.pk).email.endswith(ERASED)
    assert rita.get("/account/").status_code == 302


def test_the_api_erases_too_and_the_last_owner_of_a_study_stays(read: Locked) -> None:
    freeze_study(read.study, by=read.owner, reason="done")
    owner = signed_in(read.owner, confirmed=True)
    refused = owner.post("/api/account/erasure", {"reason": "tired"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_owner")
    anna = signed_in(read.people["anna"], confirmed=True)
    done = anna.post("/api/account/erasure", {"reason": "tired"}, content_type="application/json")
    assert done.status_code == 204
    assert anna.get("/api/studies").status_code == 401
