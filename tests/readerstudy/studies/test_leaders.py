"""Creating studies is a right that is given: an account alone has it through no door."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from readerstudy.accounts.claim import claim
from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.studies.create import create_study
from readerstudy.studies.errors import NotALeader
from readerstudy.studies.invite import invite_staff
from readerstudy.studies.lead import invite_leader, make_leader, may_create_studies, withdraw_leader
from readerstudy.studies.models import Enrolment, Leadership, Study
from readerstudy.truth.duplicate import duplicate
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import a_leader, a_locked_study, a_user, protocol_text
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db


def test_a_reader_creates_no_study_by_page_api_token_or_command(tmp_path: Path) -> None:
    rita = a_locked_study().people["rita"]
    text, file = protocol_text(), tmp_path / "protocol.toml"
    file.write_text(text)
    browser, program = signed_in(rita), a_program(rita)
    by_page = browser.post("/studies/new/", {"text": text, "do": "save", "slug": "mine"})
    by_browser = browser.post("/api/studies", {"text": text, "slug": "mine"}, "application/json")
    by_token = program.post("studies", {"text": text, "slug": "mine"})
    with pytest.raises(CommandError, match="permission to create studies"):
        call_command("create_study", str(file), "--by", rita.email)
    assert [by_page.status_code, by_browser.status_code, by_token.status_code] == [403, 403, 403]
    assert by_token.json()["code"] == "not_a_leader"
    plain = "permission to create studies. Ask an owner of a study or the operator of this server."
    assert plain in by_page.content.decode()
    assert plain in by_browser.json()["detail"]
    assert [study.slug for study in Study.objects.all()] == ["knees"]


def test_an_owner_without_the_right_does_not_get_it_by_a_copy() -> None:
    made = a_locked_study()
    withdraw_leader(made.owner, by=User.objects.operator(), reason="left the clinic")
    with pytest.raises(NotALeader):
        duplicate(made.study, by=made.owner)
    page = signed_in(made.owner).post("/studies/knees/copy/", follow=True).content.decode()
    assert "permission to create studies" in page
    assert a_program(made.owner).post("studies/knees/copy").status_code == 403
    with pytest.raises(CommandError, match="permission to create studies"):
        call_command("copy_study", "knees", "--by", made.owner.email)
    assert Study.objects.count() == 1


def test_a_reader_sees_neither_the_published_protocols_nor_the_models() -> None:
    made = a_locked_study()
    for path in ("protocols", "models"):
        assert a_program(made.people["rita"]).get(path).status_code == 403
        assert a_program(made.people["anna"]).get(path).status_code == 200
    assert a_program(made.people["rita"]).post("protocols/check", {"text": ""}).json()["code"] == "not_staff"


def test_where_a_setting_says_so_everybody_creates_studies(settings: Settings) -> None:
    settings.EVERYONE_CREATES_STUDIES = True
    assert create_study(protocol_text(), by=a_user("mallory")).created_by == a_user("mallory")


def test_a_leader_is_let_in_once_and_leads_from_then_on() -> None:
    link = invite_leader("lea@example.org", by=User.objects.operator(), name="Lea")
    lea = claim(link.rstrip("/").rsplit("/", 1)[1]).by
    assert may_create_studies(lea)
    assert create_study(protocol_text(), by=lea).created_by == lea


def test_somebody_with_an_account_becomes_a_leader_by_the_same_command() -> None:
    said = StringIO()
    rita = a_user("rita")
    for _ in range(2):
        call_command("invite_leader", rita.email, stdout=said)
    assert "/invitation/" not in said.getvalue()
    assert may_create_studies(rita)
    assert Leadership.objects.of(rita).count() == 1
    assert Event.objects.filter(verb="leadership given").count() == 1


def test_only_who_has_the_right_gives_it() -> None:
    made = a_locked_study()
    with pytest.raises(NotALeader):
        make_leader(a_user("mallory"), by=a_user("mallory"))
    with pytest.raises(NotALeader):
        invite_leader("new@example.org", by=made.people["carl"])
    with pytest.raises(NotALeader):
        invite_staff(made.study, "new@example.org", "owner", by=made.people["anna"], leads=True)
    assert not Leadership.objects.exclude(by=User.objects.operator()).exists()


def test_an_owner_invites_staff_with_the_right() -> None:
    made = a_locked_study()
    sent = {"emails": "lea@example.org", "role": "coordinator", "leads": "1"}
    signed_in(made.owner).post("/studies/knees/people/", sent)
    assert Leadership.objects.get(invitation__email="lea@example.org").by == made.owner
    program = a_program(made.owner)
    program.post("studies/knees/people", {"emails": ["max@example.org"], "role": "analyst", "leads": True})
    assert Leadership.objects.filter(invitation__email="max@example.org").exists()
    answer = program.post("studies/knees/people", {"emails": ["eve@example.org"], "leads": True})
    assert "Only staff" in answer.json()["detail"]
    assert not Enrolment.objects.filter(invitation__email="eve@example.org").exists()


def test_the_right_is_taken_back_with_a_reason() -> None:
    lea, said = a_leader("lea"), StringIO()
    call_command("withdraw_leader", lea.email, "--reason", "left the clinic", stdout=said)
    assert not may_create_studies(lea)
    assert Event.objects.get(verb="leadership withdrawn").reason == "left the clinic"
    with pytest.raises(CommandError, match="had no right"):
        call_command("withdraw_leader", lea.email, "--reason", "again", stdout=said)
    make_leader(lea, by=User.objects.operator())
    assert may_create_studies(lea)
