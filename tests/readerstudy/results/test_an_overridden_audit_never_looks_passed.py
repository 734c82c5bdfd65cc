"""A study locked on a failed blinding audit says so: in its bundle, its report, and on every page of it."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from analysis.bundle import read_bundle
from analysis.reporting.report import report
from readerstudy.desk.shell.stages import life_of
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest, override
from readerstudy.truth.lock import lock_study
from tests.readerstudy.factory import (
    AUDIT,
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    brief,
    enrol,
    read_everything,
)

pytestmark = pytest.mark.django_db

FOUND = "The format tells real from synthetic by borders above and below."
WHY = "The borders are part of the modality."


@pytest.fixture
def overridden() -> Locked:
    """Locked on an audit that failed and was overridden; read by two."""
    study, alice = a_planned_study(), a_user("alice")
    audit = keep_audit(study, images_digest(study), False, {**AUDIT, "sentence": FOUND}, by=alice)
    override(audit, by=alice, reason=WHY)
    lock_study(study, by=alice, reason="ready")
    made = Locked(study=Study.objects.get(pk=study.pk), owner=alice, people={"alice": alice})
    read_by_two(made, enrolled=False)
    return made


def read_by_two(made: Locked, *, enrolled: bool = True) -> None:
    for place, name in enumerate(("rita", "ron"), start=1):
        if not enrolled:
            enrol(made, name, place)
            brief(made.reading(name))
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")


def masked(made: Locked, tmp_path: Path) -> Path:
    return export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)


def test_the_bundle_and_every_page_of_the_report_say_that_it_failed(
    overridden: Locked, tmp_path: Path
) -> None:
    bundle = masked(overridden, tmp_path)
    told = json.loads((bundle / "study.json").read_text())["blinding_audit"]
    assert (told["passed"], told["sentence"], told["override"]["reason"]) == (False, FOUND, WHY)
    made = report(read_bundle(bundle))
    assert FOUND in made.outline.notice
    assert WHY in made.outline.notice
    assert made.outline.running_head == "blinding audit failed"
    assert made.html.index(WHY) < made.html.index("<h2")
    assert any(FOUND in paragraph for paragraph in made.outline.methods)


def test_the_printed_report_says_so_on_its_first_page_and_over_every_other(
    overridden: Locked, tmp_path: Path
) -> None:
    export_report(overridden.study, tmp_path / "report", by=overridden.owner, masked=True, formats=("pdf",))
    pages = [
        " ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "report" / "report.pdf").pages
    ]
    assert FOUND in pages[0]
    assert WHY in pages[0]
    assert len(pages) > 1
    assert all("blinding audit failed" in page for page in pages[1:])


def test_a_passed_audit_is_told_without_alarm(tmp_path: Path) -> None:
    made = a_locked_study()
    read_by_two(made)
    outline = report(read_bundle(masked(made, tmp_path))).outline
    assert outline.notice == outline.running_head == ""
    assert any("A blinding audit before the lock passed." in paragraph for paragraph in outline.methods)


def test_the_pages_of_the_study_show_it_as_overridden_and_not_as_done(overridden: Locked) -> None:
    [step] = [step for step in life_of(overridden.study) if step.name == "audit"]
    assert (step.state, step.said) == ("overridden", "failed, overridden")
    client = overridden.client("alice")
    assert "Failed, and overridden" in client.get("/studies/knees/log/").content.decode()
    audit = client.get("/studies/knees/audit/").content.decode()
    assert "Passed" not in audit
    assert WHY in audit
