"""A study from its protocol to its data, by programs alone."""

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from readerstudy.audit.models import Event
from readerstudy.studies.models import Run, Study
from readerstudy.synthesis.runs import preview_folder
from tests.readerstudy.desk.api.conftest import Program, a_program
from tests.readerstudy.factory import (
    Locked,
    a_leader,
    a_planned_study,
    answer_next,
    protocol_text,
    read_everything,
)

pytestmark = pytest.mark.django_db


def test_a_study_begins_with_its_protocol_kept_byte_for_byte() -> None:
    program = a_program(a_leader("alice"))
    text = protocol_text() + "\n# a remark of mine  \n"
    made = program.post("studies", {"text": text, "slug": "elbows"})
    assert made.status_code == 201, made.content
    assert program.get("studies/elbows/protocol").json()["text"] == text
    assert [study["slug"] for study in program.get("studies").json()["studies"]] == ["elbows"]


def test_a_text_that_is_no_protocol_is_refused_with_line_field_and_sentence() -> None:
    program = a_program(a_leader("alice"))
    text = protocol_text().replace('task = "pick_real"', 'task = "guess"')
    refused = program.post("studies", {"text": text})
    assert refused.status_code == 422
    body = refused.json()
    assert body["code"] == "protocol_error"
    assert body["problems"][0]["line"] == text.splitlines().index('task = "guess"') + 1
    assert "pick_real" in body["problems"][0]["sentence"]
    assert not Study.objects.exists()


def test_a_revision_is_a_new_version_and_a_locked_study_takes_none(alices: Program, knees: Locked) -> None:
    draft = a_planned_study(slug="draft")
    revised = alices.put("studies/draft/protocol", {"text": protocol_text() + "\n# once more\n"})
    assert revised.json()["version"] == 2
    assert alices.get("studies/draft/plan").json()["fits"] is False
    assert draft.pk != knees.study.pk
    refused = alices.put("studies/knees/protocol", {"text": protocol_text() + "\n# too late\n"})
    assert (refused.status_code, refused.json()["code"]) == (409, "study_is_locked")


def test_sources_tell_how_many_images_they_have_and_need(alices: Program) -> None:
    rows = {row["name"]: row for row in alices.get("studies/knees/sources").json()["sources"]}
    assert rows["hospital-canary"]["kind"] == "real"
    assert rows["hospital-canary"]["images"] > rows["hospital-canary"]["needed"] > 0


def test_files_come_in_pieces_and_a_run_imports_them(db: None) -> None:
    program = a_program(a_leader("alice"))
    program.post("studies", {"text": protocol_text(), "slug": "elbows"})
    batch = uuid4()
    address = f"/api/studies/elbows/uploads/{batch}/0?name=a.png"
    headers = {"authorization": f"Bearer {program.key}"}

    def send(offset: int, piece: bytes) -> int:
        answer = Client().put(
            f"{address}&offset={offset}", piece, "application/octet-stream", headers=headers
        )
        assert answer.status_code == 200, answer.content
        return int(answer.json()["received"])

    assert send(0, b"half ") == 5
    assert send(0, b"half ") == 5
    assert send(5, b"whole") == 10
    assert Client().get(address, headers=headers).json() == {"received": 10}
    started = program.post("studies/elbows/imports", {"batch": str(batch), "source": "hospital-canary"})
    assert started.status_code == 202, started.content
    run = started.json()
    assert (run["kind"], run["state"], run["total"]) == ("import", "waiting", 1)
    assert program.get(started["Location"].removeprefix("/api/")).json() == run
    stopped = program.post(f"studies/elbows/runs/{run['number']}/cancellation", {"reason": "wrong file"})
    assert stopped.json()["state"] == "cancelled"


def test_a_batch_without_files_starts_no_import(db: None) -> None:
    program = a_program(a_leader("alice"))
    program.post("studies", {"text": protocol_text(), "slug": "elbows"})
    asked = {"batch": str(uuid4()), "source": "hospital-canary"}
    refused = program.post("studies/elbows/imports", asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_sent")
    assert not Run.objects.exists()


def test_generation_is_asked_for_with_a_model_and_refused_for_a_real_source(db: None) -> None:
    program = a_program(a_leader("alice"))
    program.post("studies", {"text": protocol_text(), "slug": "elbows"})
    address = "studies/elbows/generations"
    started = program.post(address, {"source": "gan-canary", "count": 4})
    assert (started.status_code, started.json()["kind"]) == (202, "generate"), started.content
    assert program.post(address, {"source": "hospital-canary", "count": 4}).status_code == 422
    unknown = program.post(address, {"source": "gan-canary", "count": 4, "model": "none"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_model")


def test_plan_audit_and_lock_follow_one_another(db: None) -> None:
    planned = a_planned_study()
    program = a_program(a_leader("alice"))
    assert program.post("studies/knees/plan").json()["fits"] is True
    assert program.get("studies/knees/audit").json()["passed"] is True
    assert program.post("studies/knees/audit").json()["kind"] == "audit"
    assert program.get("studies/knees/lock").status_code == 404
    assert program.post("studies/knees/lock", {"reason": "ready"}).json()["reason"] == "ready"
    assert Study.objects.get(pk=planned.pk).is_locked


def test_readers_are_invited_with_a_link_each_or_a_sentence(alices: Program) -> None:
    sent = {"emails": ["new@example.org", "rita@example.org"]}
    answer = alices.post("studies/knees/people", sent).json()
    assert [row["email"] for row in answer["invited"]] == ["new@example.org"]
    assert answer["invited"][0]["link"].startswith("http")
    people = {row["email"]: row for row in alices.get("studies/knees/people").json()["people"]}
    assert people["new@example.org"]["state"] == "invited"


def test_progress_counts_answers_and_tells_no_accuracy(alices: Program, knees: Locked) -> None:
    answer_next(knees.reading("rita"))
    rows = {row["reader"]: row for row in alices.get("studies/knees/progress").json()["readers"]}
    assert (rows["R01"]["answered"], rows["R02"]["answered"]) == (1, 0)
    assert "correct" not in str(rows)


def test_a_reader_is_withdrawn_with_a_reason(alices: Program) -> None:
    sent = {"reason": "moved away", "keep_answers": True}
    assert alices.post("studies/knees/people/R02/withdrawal", sent).status_code == 204
    people = alices.get("studies/knees/people").json()["people"]
    assert [row["state"] for row in people if row["pseudonym"] == "R02"] == ["withdrawn"]


def test_letters_go_out_with_links_unless_they_are_not_wanted(alices: Program) -> None:
    sent = {"emails": ["rosa@example.org"]}
    [rosa] = alices.post("studies/knees/people", sent).json()["invited"]
    assert rosa["letter"]
    assert rosa["link"] in mail.outbox[0].body
    sent = {"emails": ["rupert@example.org"], "mail": False}
    [rupert] = alices.post("studies/knees/people", sent).json()["invited"]
    assert (rupert["letter"], len(mail.outbox)) == (False, 1)


def test_reminders_renew_the_links_of_those_who_have_not_come(alices: Program) -> None:
    [rosa] = alices.post("studies/knees/people", {"emails": ["rosa@example.org"]}).json()["invited"]
    answer = alices.post("studies/knees/people/reminders").json()
    assert answer["invited"][0]["link"] != rosa["link"]
    assert sorted(answer["reminded"]) == ["rita@example.org", "ron@example.org"]
    refused = alices.post("studies/knees/people/reminders", {"emails": ["carl@example.org"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_remind")


def test_a_reader_is_replaced_and_staff_leaves(alices: Program) -> None:
    sent = {"email": "rosa@example.org", "reason": "ill", "keep_answers": False}
    answer = alices.post("studies/knees/people/R02/replacement", sent).json()
    assert re.fullmatch(r"R\w{4}", answer["invited"][0]["pseudonym"])
    leaves = {"email": "carl@example.org", "reason": "moved away"}
    assert alices.post("studies/knees/people/withdrawals", leaves).status_code == 204
    states = {row["email"]: row["state"] for row in alices.get("studies/knees/people").json()["people"]}
    assert (states["ron@example.org"], states["carl@example.org"]) == ("withdrawn", "withdrawn")


def test_a_model_of_the_server_shows_images_that_go_into_no_source(alices: Program) -> None:
    assert "bundled" in [model["name"] for model in alices.get("models").json()["models"]]
    run = alices.post("studies/knees/previews", {"count": 2, "steps": 2}).json()
    path = f"studies/knees/previews/{run['number']}"
    assert alices.get(path).json()["images"] == []
    folder = preview_folder(Run.objects.get(pk=run["number"]))
    folder.mkdir(parents=True)
    (folder / "0.png").write_bytes(b"a picture")
    (folder / "2.png").write_bytes(b"made before number 1, which would take its place")
    [address] = alices.get(path).json()["images"]
    assert b"".join(alices.get(address.removeprefix("/api/")).streaming_content) == b"a picture"


def test_a_preview_shows_one_patient_at_every_grade(alices: Program) -> None:
    alices.post("studies/knees/previews", {"through": "grade", "steps": 2})
    asked = Run.objects.get(kind="preview").request
    assert (asked["through"], asked["count"]) == ("grade", 5)
    refused = alices.post("studies/knees/previews", {"through": "colour"})
    assert refused.status_code == 422
    assert "this model knows grade, side, age, bmi" in refused.json()["detail"]


def test_a_study_is_read_by_its_owner_in_a_rehearsal(alices: Program, knees: Locked) -> None:
    address = alices.post("studies/knees/reading-preview").json()["address"]
    assert knees.client("alice").get(address, follow=True).status_code == 200
    assert Study.objects.get(rehearses=knees.study).slug in address


def test_the_end_is_freeze_request_and_confirmation(alices: Program, knees: Locked) -> None:
    for name in ("rita", "ron"):
        list(read_everything(knees.reading(name)))
    assert alices.get("studies/knees/cases/triples").json()["code"] == "still_blinded"
    assert alices.post("studies/knees/unblinding-request", {"reason": "early"}).status_code == 409
    assert alices.post("studies/knees/freeze", {"reason": "all read"}).json()["responses"] == 6
    masked = alices.get("studies/knees/bundle.zip")
    assert 'filename="knees-bundle-masked.zip"' in masked["Content-Disposition"]
    assert b"".join(masked.streaming_content)[:2] == b"PK"
    asked = alices.post("studies/knees/unblinding-request", {"reason": "all read"}).json()
    assert asked["unblinded"] is None
    assert alices.post("studies/knees/unblinding", {"reason": "all read"}).json()["unblinded"]
    cases = alices.get("studies/knees/cases/triples").json()["cases"]
    assert len(cases) == 3
    assert alices.post("studies/knees/report").status_code == 202
    assert alices.get("studies/knees/report").json()["run"]["kind"] == "report"
    assert alices.get("studies/knees/report/nothing.pdf").status_code == 404


def test_the_log_tells_what_happened_newest_first(alices: Program) -> None:
    log = alices.get("studies/knees/log").json()
    verbs = [entry["verb"] for entry in log["entries"]]
    assert "study locked" in verbs
    assert verbs.index("study locked") < verbs.index("study created")


def test_the_planner_answers_with_power(alices: Program) -> None:
    asked = {"task": "pick_real", "alternatives": 4, "readers": 8, "trials": 50, "accuracy": 0.25}
    answer = alices.post("planner", asked)
    assert answer.status_code == 200, answer.content
    assert "power" in str(answer.json())


def test_a_token_without_the_scope_neither_locks_nor_takes_data(knees: Locked) -> None:
    program = a_program(knees.owner, "study:read")
    for answer in (
        program.post("studies/knees/lock", {"reason": "ready"}),
        program.post("studies/knees/freeze", {"reason": "done"}),
        program.get("studies/knees/bundle.zip"),
        program.put("studies/knees/protocol", {"text": "x"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope")
    assert program.get("studies/knees/progress").status_code == 200


def test_a_session_confirms_the_password_before_what_cannot_be_undone(knees: Locked) -> None:
    answer = knees.client("alice").post(
        "/api/studies/knees/freeze", {"reason": "done"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "confirm")
    assert not Event.objects.filter(verb="study frozen").exists()


def test_a_wrong_token_is_refused_with_a_sentence(knees: Locked) -> None:
    answer = Program(key="rst_nothing").get("studies")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_a_copy_is_a_draft_with_the_same_images(alices: Program) -> None:
    copied = alices.post("studies/knees/copy")
    assert copied.status_code == 201, copied.content
    assert copied.json()["locked_at"] is None
    old, new = (alices.get(f"studies/{s}/sources").json() for s in ("knees", copied.json()["slug"]))
    assert old == new
