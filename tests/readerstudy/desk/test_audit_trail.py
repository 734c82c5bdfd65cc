"""An inspector reads what happened in sentences, alike by page, API and command; nothing unblinds."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from readerstudy.audit.models import Event
from readerstudy.desk.watching.audit_trail import facts_of
from readerstudy.desk.watching.sentences import SENTENCES
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import CALLS, PRACTICE, Locked, a_locked_study, protocol_text, read_everything
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def made() -> Locked:
    made = a_locked_study(protocol_text(sections=PRACTICE + CALLS))
    list(read_everything(made.reading("rita")))
    return made


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_page_api_and_command_tell_the_same_sentences(made: Locked, tmp_path: Path) -> None:
    out = tmp_path / "trail.csv"
    call_command("export_audit_trail", "knees", "--out", str(out), stdout=StringIO())
    command = rows(out.read_text())
    page = rows(made.client("carl").get("/studies/knees/audit-trail.csv").getvalue().decode())
    api = rows(made.client("anna").get("/api/studies/knees/audit-trail.csv").getvalue().decode())
    assert page[:-1] == command
    assert api[:-1] == page
    said = [row["sentence"] for row in api]
    assert "Alice created the study." in said
    assert "R01 answered screen 1 of section calls." in said
    assert "Alice locked the study: protocol, images and plan became read-only." in said
    assert said[-1] == "Carl exported the audit trail as csv."
    assert {row["reason"] for row in api} == {"", "ready"}


def test_what_would_unblind_is_left_out_until_the_unblinding(made: Locked) -> None:
    def told() -> list[str]:
        answer = made.client("alice").get("/studies/knees/audit-trail.csv")
        return [row["sentence"] + row["digest"] for row in rows(answer.getvalue().decode())]

    hidden = Event.objects.filter(audience="unblinded", verb="answer given").first()
    assert hidden is not None
    sentence = f"R01 answered screen {hidden.particulars['order']} of section warm-up."
    assert not any(what.startswith(sentence) for what in told())
    assert all(what.endswith(".") for what in told())
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.people["anna"], reason="done")
    assert sentence + hidden.digest in told()


def test_every_verb_of_this_study_has_a_sentence_of_its_own(made: Locked) -> None:
    verbs = set(Event.objects.within(made.study.scope).values_list("verb", flat=True))
    assert verbs <= set(SENTENCES)


def test_a_reason_that_a_spreadsheet_would_compute_is_defused(made: Locked) -> None:
    rewrite("UPDATE audit_event SET reason = '=1+1' WHERE verb = 'study locked'")
    answer = made.client("alice").get("/studies/knees/audit-trail.csv")
    assert "'=1+1" in {row["reason"] for row in rows(answer.getvalue().decode())}


def test_the_pdf_says_whether_the_log_is_whole(made: Locked, tmp_path: Path) -> None:
    pdf = made.client("alice").get("/studies/knees/audit-trail.pdf").getvalue()
    assert pdf.startswith(b"%PDF")
    assert "The audit log is whole" in " ".join(facts_of(made.study))
    rewrite("UPDATE audit_event SET reason = 'nicer' WHERE verb = 'study locked'")
    assert "NOT whole" in " ".join(facts_of(made.study))
    with pytest.raises(CommandError, match=r"has to end in \.csv or \.pdf"):
        call_command("export_audit_trail", "knees", "--out", str(tmp_path / "trail.txt"))
    assert made.client("alice").get("/studies/knees/audit-trail.txt").status_code == 404
