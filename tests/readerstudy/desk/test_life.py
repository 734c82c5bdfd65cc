"""What the desk says comes next, and before what it warns."""

import re

import pytest

from readerstudy.desk.shell.stages import life_of
from readerstudy.reading.hand_in import hand_in
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.models import Section
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    AUDIT,
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    answer_next,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import confirm, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Locked:
    """A study of two readers, one of whom has come."""
    return a_locked_study(readers=("rita",))


def next_of(made: Locked) -> str:
    return next(step.name for step in life_of(made.study) if step.state == "now")


@pytest.mark.parametrize("name", ["alice", "carl", "anna"])
def test_a_study_leads_nobody_where_they_may_not_go(made: Locked, name: str) -> None:
    client = made.client(name)
    confirm(client)
    body = client.get("/studies/knees/").content.decode()
    for address in set(re.findall(r'href="(/[^"#?]*)', body)):
        if not address.startswith(("/static/", "/favicon")):
            assert client.get(address, follow=True).status_code == 200, address


def test_a_failed_audit_is_the_next_step_and_is_marked_as_failed() -> None:
    study = a_planned_study()
    keep_audit(study, images_digest(study), False, AUDIT, by=a_user("alice"))
    [step] = [step for step in life_of(study) if step.name == "audit"]
    assert (step.state, step.has_failed) == ("now", True)
    page = signed_in(a_user("alice")).get("/studies/knees/").content.decode()
    assert re.search(r'<li class="now failed">.*?Blinding audit', page, re.DOTALL)


def test_a_rehearsal_that_was_left_out_is_not_called_done(made: Locked) -> None:
    [step] = [step for step in life_of(made.study) if step.name == "preflight"]
    assert (step.state, step.said) == ("skipped", "skipped")
    page = made.client("alice").get("/studies/knees/people/").content.decode()
    assert ">skipped</span>" in page


def test_the_freeze_is_next_when_everybody_has_finished() -> None:
    made = a_locked_study(protocol_text(trials=1))
    assert next_of(made) == "progress"
    for name in ("rita", "ron"):
        reader = made.reading(name)
        assert len(list(read_everything(reader))) == 1
        for section in Section.objects.filter(study=made.study):
            hand_in(reader, section, by=made.people[name])
    assert next_of(made) == "ending"


def test_before_the_freeze_the_page_says_that_one_reader_makes_no_report(made: Locked) -> None:
    client = made.client("alice")
    confirm(client)
    assert "No reader has answered yet." in client.get("/studies/knees/ending/").content.decode()
    answer_next(made.reading("rita"))
    assert "Only one reader has answered." in client.get("/studies/knees/ending/").content.decode()


def test_nobody_is_to_be_invited_after_the_freeze(made: Locked) -> None:
    answer_next(made.reading("rita"))
    assert next_of(made) == "people"
    freeze_study(made.study, by=made.owner, reason="The readers are done.")
    made.study.refresh_from_db()
    assert next_of(made) == "ending"


def test_before_the_freeze_the_page_names_who_has_not_finished(made: Locked) -> None:
    client = made.client("alice")
    confirm(client)
    assert "Not finished yet: R01." in client.get("/studies/knees/ending/").content.decode()
    invite_reader(made.study, "rosa@example.org", by=made.owner)
    body = client.get("/studies/knees/ending/").content.decode()
    assert re.search(r"Not finished yet: R01, R\w{4} \(not accepted yet\)\.", body)


def test_a_page_whose_step_is_done_leads_on(made: Locked) -> None:
    body = made.client("alice").get("/studies/knees/plan/").content.decode()
    assert '<a class="button go" href="/studies/knees/people/">Invite the readers</a>' in body


def test_the_list_of_studies_tells_frozen_from_unblinded(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    client = made.client("alice")
    assert "<td>frozen</td>" in client.get("/studies/").content.decode()
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    assert "<td>unblinded</td>" in client.get("/studies/").content.decode()
