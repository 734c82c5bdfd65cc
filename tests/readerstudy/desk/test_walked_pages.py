"""Each page as its user walks it: bad input gets a sentence, keeps what was typed, and changes nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from readerstudy.desk.shell.facts import images_by_source
from readerstudy.reading.models import Response
from readerstudy.results.runs import report_folder
from readerstudy.studies.create import create_study, revise_protocol
from readerstudy.studies.models import Enrolment, Run, Study
from readerstudy.truth.models import BlindingAudit
from tests.readerstudy.factory import (
    AUDIT,
    CALLS,
    CHECKS,
    QUARTETS,
    RATES,
    a_leader,
    a_locked_study,
    a_planned_study,
    a_user,
    brief,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db

EVERY_TASK = QUARTETS.format(trials=1) + CALLS + RATES + CHECKS


@pytest.fixture
def alice() -> Client:
    a_planned_study(protocol_text(sections=EVERY_TASK))
    return signed_in(a_user("alice"), confirmed=True)


@pytest.mark.parametrize(
    ("page", "given", "sentence"),
    [
        ("preflight", {"readers": "1", "seed": "5"}, "greater than or equal to 2"),
        ("preflight", {"readers": "2", "dropout": "much", "seed": "5"}, "A valid number is required"),
        ("playground", {"steps": "0", "seed": "5"}, "greater than or equal to 1"),
        ("playground", {"sampler": "magic", "seed": "5"}, "is not a valid choice"),
    ],
)
def test_a_form_names_the_mistake_and_keeps_the_rest(
    alice: Client, page: str, given: dict[str, str], sentence: str
) -> None:
    answer = alice.post(f"/studies/knees/{page}/", given)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in body
    assert 'name="seed" value="5"' in body
    assert not Run.objects.exists()


def test_the_playground_keeps_its_settings_when_a_source_is_wrong(alice: Client) -> None:
    given = {"guidance": "2", "steps": "9", "sampler": "ddim", "seed": "5", "count": "3"}
    answer = alice.post("/studies/knees/playground/", given | {"source": "hospital-canary"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "is real in the protocol, not synthetic" in body
    assert 'name="steps" value="9"' in body
    assert not Run.objects.exists()


def test_the_playground_warns_of_a_model_of_another_size_than_the_canvas(alice: Client) -> None:
    page = alice.get("/studies/knees/playground/").content.decode()
    assert "tend to fail the blinding audit" in page
    assert re.search(r'<label for="id_with_bmi">\s*BMI', page)


def test_the_playground_shows_one_patient_at_every_grade(alice: Client) -> None:
    given = {"guidance": "1", "steps": "9", "sampler": "unipc", "seed": "5", "count": "3", "through": "grade"}
    refused = alice.post("/studies/knees/playground/", given | {"with_grade": "2"})
    assert refused.status_code == 422
    assert "leave that condition out" in refused.content.decode()
    assert not Run.objects.exists()
    assert alice.post("/studies/knees/playground/", given).status_code == 302
    asked = Run.objects.get().request
    assert (asked["through"], asked["count"], asked["conditions"]) == ("grade", 5, {})


def test_the_planner_names_the_mistake_and_keeps_the_rest(alice: Client) -> None:
    answer = alice.get("/planner/?study=knees&readers=0&trials=77")
    assert answer.status_code == 422
    assert "greater than or equal to 2" in answer.content.decode()
    assert 'name="trials" value="77"' in answer.content.decode()


def test_an_audit_is_overridden_with_a_reason_and_not_without(alice: Client) -> None:
    audit = BlindingAudit.objects.get()
    failed = BlindingAudit.objects.create(
        study=audit.study, images_digest=audit.images_digest, passed=False, document=AUDIT, by=audit.by
    )
    page = "/studies/knees/audit/"
    answer = alice.post(page, {"verb": "override", "reason": " "}, follow=True)
    assert "reason is needed" in answer.content.decode()
    assert not hasattr(BlindingAudit.objects.get(pk=failed.pk), "override")
    onward = alice.post(page, {"verb": "override", "reason": "Noise alone"}, follow=True).content.decode()
    assert BlindingAudit.objects.get(pk=failed.pk).override.reason == "Noise alone"
    assert '<a class="button go" href="/studies/knees/preflight/">' in onward
    assert "pre-flight has not been run" in alice.get("/studies/knees/lock/", follow=True).content.decode()


def test_the_ending_takes_its_steps_in_order_and_each_with_a_reason() -> None:
    alice = signed_in(a_locked_study().owner, confirmed=True)
    for verb, reason, sentence in [
        ("ask", "early", "Freeze it before unblinding"),
        ("freeze", "", "reason is needed"),
        ("freeze", "All have read", "is frozen."),
        ("confirm", "early", "Nobody has asked for the unblinding yet"),
        ("ask", "", "reason is needed"),
        ("ask", "To report", "is requested"),
        ("confirm", "To report", "is unblinded"),
    ]:
        answer = alice.post("/studies/knees/ending/", {"verb": verb, "reason": reason}, follow=True)
        assert sentence in answer.content.decode(), (verb, reason)


def test_the_lock_keeps_the_reason_when_it_is_refused() -> None:
    create_study(protocol_text(), by=a_leader("alice"), slug="hips")
    answer = signed_in(a_user("alice"), confirmed=True).post("/studies/hips/lock/", {"reason": "Approved"})
    assert answer.status_code == 422
    assert "The study has no plan. Make it on its page Plan" in answer.content.decode()
    assert 'value="Approved"' in answer.content.decode()


def test_an_analyst_sees_how_far_the_report_is_and_of_other_work_nothing() -> None:
    made = a_locked_study()
    anna = made.client("anna")
    for kind, status in (("report", 200), ("audit", 404)):
        run = Run.objects.create(study=made.study, kind=kind, by=made.owner)
        assert anna.get(f"/studies/knees/runs/{run.pk}.json").status_code == status
        assert made.client("carl").get(f"/studies/knees/runs/{run.pk}.json").status_code == 200


def test_a_preview_reads_every_task_and_leaves_nothing_in_the_study(alice: Client) -> None:
    study = Study.objects.get(slug="knees")
    opened = alice.post("/studies/knees/preview/")
    twin = Study.objects.get(rehearses=study)
    assert opened.headers["Location"] == f"/read/{twin.slug}/"
    mine = Enrolment.objects.readers().get(study=twin)
    brief(mine)
    asked = list(read_everything(mine))
    assert len(asked) == sum(section.read_by_each for section in study.protocol.document.sections)
    assert not Response.objects.filter(presentation__trial__section__study=study).exists()
    assert not Enrolment.objects.filter(study=study).readers().exists()
    assert not study.is_locked
    assert twin.slug not in alice.get("/studies/").content.decode()


def test_a_copy_has_protocol_and_images_and_nobody_else(alice: Client) -> None:
    alice.post("/studies/knees/copy/")
    study, copy = Study.objects.get(slug="knees"), Study.objects.get(slug="knees-copy")
    assert copy.protocol.text == study.protocol.text
    assert images_by_source(copy) == images_by_source(study) != {}
    assert [one.role for one in Enrolment.objects.filter(study=copy)] == ["owner"]
    assert not copy.is_locked


def test_the_preflight_shows_the_balance_of_calls(alice: Client, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    study = Study.objects.get(slug="knees")
    Study.objects.create(slug="twin", title="Twin", created_by=study.created_by, rehearses=study)
    Run.objects.create(
        study=study,
        kind="preflight",
        by=study.created_by,
        outcome={"rehearsal": "twin", "answers": 8},
        finished_at=timezone.now(),
    )
    rows = [
        {"source": "hospital-canary", "n": 4, "detected": 1},
        {"source": "gan-canary", "n": 4, "detected": 3},
    ]
    folder = report_folder(Study.objects.get(slug="twin"))
    folder.mkdir(parents=True)
    report = {"sections": {"calls": {"discrimination": {"by_source": rows}}}}
    (folder / "report.json").write_text(json.dumps(report))
    body = alice.get("/studies/knees/preflight/").content.decode()
    assert "hospital-canary shown 4 times, called synthetic 1 times; gan-canary shown 4 times" in body


def test_locking_is_looked_at_freely_and_asks_who_one_is_when_one_acts() -> None:
    study = a_planned_study()
    browser = signed_in(study.created_by)
    assert "Lock study" in browser.get("/studies/knees/lock/").content.decode()
    asked = browser.post("/studies/knees/lock/", {"reason": "all is ready"})
    assert not study.is_locked
    done = browser.post(asked["Location"], {"password": PASSWORD, "next": "/studies/knees/lock/"})
    assert done["Location"] == "/studies/knees/people/"
    assert Study.objects.get(slug="knees").lock.reason == "all is ready"


def test_the_lock_says_what_it_waits_for_before_anybody_types_a_reason() -> None:
    study = a_planned_study()
    browser = signed_in(study.created_by)
    assert "Not ready" not in browser.get("/studies/knees/lock/").content.decode()
    revise_protocol(study, study.protocol.text + "# another version\n", by=study.created_by)
    assert "Not ready: open step" in browser.get("/studies/knees/lock/").content.decode()


def test_what_is_refused_after_the_password_is_sent_again_to_its_own_page() -> None:
    study = a_planned_study()
    audit = BlindingAudit.objects.get()
    BlindingAudit.objects.create(
        study=study, images_digest=audit.images_digest, passed=False, document=audit.document, by=audit.by
    )
    browser = signed_in(study.created_by)
    asked = browser.post("/studies/knees/lock/", {"reason": "all is ready"})
    refused = browser.post(asked["Location"], {"password": PASSWORD, "next": "/studies/knees/lock/"})
    assert refused.status_code == 422
    assert '<form method="post" action="/studies/knees/lock/">' in refused.content.decode()
    assert 'value="all is ready"' in refused.content.decode()
