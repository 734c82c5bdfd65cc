"""Readers take the places of arms: in turn, or of the arm that whoever invites them names."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from readerstudy.desk.watching.progress import progress_of
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.errors import NoPlaceLeft, NoSuchArm
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.models import Enrolment
from readerstudy.studies.withdraw import replace_reader, withdraw
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import CALLS, RATES, Locked, a_locked_study, protocol_text, read_everything
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

ARMS = """
[[arms]]
name = "first-calls"
sections = ["calls", "rates"]
[[arms]]
name = "first-rates"
sections = ["rates", "calls"]
"""


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text(sections=CALLS + RATES, more=ARMS), readers=())


def invited(made: Locked, name: str, arm: str = "") -> Enrolment:
    return invite_reader(made.study, f"{name}@example.org", by=made.owner, arm=arm).enrolment


def test_places_are_dealt_to_arms_in_turn(made: Locked) -> None:
    arms = [invited(made, name).arm for name in ("rita", "ron", "rosa", "ralf")]
    assert arms == ["first-calls", "first-rates"] * 2


def test_who_is_invited_to_an_arm_gets_its_next_free_place(made: Locked) -> None:
    found = [invited(made, name, "first-rates") for name in ("rita", "ron")]
    assert [(one.arm, one.place) for one in found] == [("first-rates", 2), ("first-rates", 4)]
    assert invited(made, "rosa").place == 1
    with pytest.raises(NoPlaceLeft, match="All 2 places of arm 'first-rates' of the plan are taken"):
        invited(made, "ralf", "first-rates")


def test_an_arm_that_is_none_is_refused_with_those_there_are(made: Locked) -> None:
    with pytest.raises(NoSuchArm, match="no arm 'third': its arms are first-calls, first-rates"):
        invited(made, "rita", "third")
    plain = a_locked_study(slug="plain", owner="olga", readers=())
    with pytest.raises(NoSuchArm, match="it has no arms"):
        invite_reader(plain.study, "rita@example.org", by=plain.owner, arm="third")


def test_page_api_and_command_invite_to_an_arm(made: Locked) -> None:
    study = made.study
    form = {"verb": "invite", "emails": "rita@example.org", "role": "reader", "arm": "first-rates"}
    signed_in(made.owner).post(f"/studies/{study.slug}/people/", form)
    body = {"emails": ["ron@example.org"], "arm": "first-rates", "mail": False}
    answer = a_program(made.owner).post(f"studies/{study.slug}/people", body)
    assert answer.json()["invited"][0]["arm"] == "first-rates"
    options = ("--email", "rosa@example.org", "--arm", "first-calls", "--links-only")
    call_command("invite", study.slug, *options, stdout=StringIO())
    arms = Enrolment.objects.filter(study=study).readers().order_by("pk").values_list("arm", flat=True)
    assert list(arms) == ["first-rates", "first-rates", "first-calls"]
    assert "arm first-rates" in signed_in(made.owner).get(f"/studies/{study.slug}/people/").content.decode()


def test_staff_have_no_arm(made: Locked) -> None:
    options = ("--email", "anton@example.org", "--role", "analyst", "--arm", "first-calls", "--links-only")
    with pytest.raises(CommandError, match="An arm is for readers"):
        call_command("invite", made.study.slug, *options, stdout=StringIO())


def test_who_replaces_a_reader_reads_in_the_same_arm() -> None:
    made = a_locked_study(protocol_text(sections=CALLS + RATES, more=ARMS), readers=("rita",))
    leaving = made.reading("rita")
    new = replace_reader(leaving, "new@example.org", by=made.owner, reason="ill", keep_answers=False)
    assert (new.enrolment.arm, new.enrolment.place) == ("first-calls", 3)


def test_who_never_came_gives_the_place_and_its_arm_back(made: Locked) -> None:
    waiting = invited(made, "rita", "first-rates")
    withdraw(waiting, by=made.owner, reason="moved", keep_answers=False)
    assert Enrolment.objects.get(pk=waiting.pk).arm == ""
    assert invited(made, "ron", "first-rates").place == 2
    assert list(verify_study(made.study)) == []


def test_an_arm_that_was_changed_behind_the_log_is_found(made: Locked) -> None:
    reader = invited(made, "rita")
    Enrolment.objects.filter(pk=reader.pk).update(arm="first-rates")
    assert [finding.what for finding in verify_study(made.study)] == [
        f"enrolment {reader.pk} is not what was recorded: arm was changed"
    ]


def test_progress_counts_the_sections_of_the_arm_alone() -> None:
    only = ARMS.replace('sections = ["rates", "calls"]', 'sections = ["rates"]')
    made = a_locked_study(protocol_text(sections=CALLS + RATES, more=only), readers=("rita", "ron"))
    both, one = progress_of(made.study)
    assert [section.total for section in both.sections] == [4, 3]
    assert [section.total for section in one.sections] == [0, 3]
    list(read_everything(made.reading("ron")))
    assert [reader.percent for reader in progress_of(made.study)] == [0, 100]
    page = made.client("carl").get(f"/studies/{made.study.slug}/progress/").content.decode()
    assert "not read" in page
