"""A study that was rewritten by SQL gives no results: not on a page, not by API, not from the worker."""

import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from readerstudy.audit.models import Event
from readerstudy.results.freeze import freeze_study
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs.perform import perform
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import CALLS, Locked, a_locked_study, protocol_text, read_everything
from tests.readerstudy.people import confirm
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db
REFUSED = "not agree with the audit log of this study, so nothing is exported"


@pytest.fixture
def rewritten() -> Locked:
    made = a_locked_study(protocol_text(sections=CALLS))
    list(read_everything(made.reading("rita")))
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.people["anna"], reason="done")
    rewrite("UPDATE reading_response SET response_ms = 1")
    made.study = Study.objects.get(pk=made.study.pk)
    return made


def confirmed(made: Locked, name: str) -> Client:
    client = made.client(name)
    confirm(client)
    return client


def named(said: str) -> bool:
    return "answer " in said and "screen" in said


@pytest.mark.parametrize(("name", "sees_rows"), [("alice", True), ("anna", False)])
@pytest.mark.parametrize("file", ["bundle.zip", "reproduce.zip"])
def test_page_and_api_hand_nothing_out_and_name_rows_to_owners_alone(
    rewritten: Locked, name: str, sees_rows: bool, file: str
) -> None:
    client = confirmed(rewritten, name)
    page: Any = client.get(f"/studies/knees/{file}", follow=True)
    assert page.redirect_chain == [("/studies/knees/ending/", 302)]
    assert REFUSED in page.content.decode()
    assert named(page.content.decode()) is sees_rows
    api = client.get(f"/api/studies/knees/{file}")
    assert (api.status_code, api.json()["code"]) == (409, "not_whole")
    assert REFUSED in api.json()["detail"]
    assert named(api.json()["detail"]) is sees_rows


def test_the_worker_refuses_and_its_run_names_no_row_to_anybody(rewritten: Locked) -> None:
    rewritten.client("alice").post("/studies/knees/result/")
    perform.call(Run.objects.get(study=rewritten.study, kind="report").pk)
    run = Run.objects.get(study=rewritten.study, kind="report")
    assert run.state == "failed"
    assert REFUSED in run.error
    assert not report_folder(rewritten.study).exists()
    anna = rewritten.client("anna")
    told = [
        anna.get(f"/studies/knees/runs/{run.pk}.json").content.decode(),
        anna.get(f"/api/studies/knees/runs/{run.pk}").content.decode(),
        anna.get("/studies/knees/result/").content.decode(),
        str(
            [
                one
                for one in anna.get("/api/studies/knees/log").json()["entries"]
                if one["verb"] == "run failed"
            ]
        ),
        str(Event.objects.get(verb="run failed").particulars),
    ]
    assert not any(map(named, told))
    assert REFUSED in told[1]


def test_the_printed_audit_trail_says_that_the_log_is_not_whole(rewritten: Locked) -> None:
    def printed() -> str:
        answer = rewritten.client("anna").get("/studies/knees/audit-trail.pdf")
        pages = PdfReader(io.BytesIO(answer.getvalue())).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)

    assert "The audit log is whole: no event was changed" in printed()
    rewrite("UPDATE audit_event SET reason = 'nothing' WHERE verb = 'study locked'")
    assert "The audit log is NOT whole: 1 findings. Run verify_audit." in printed()
