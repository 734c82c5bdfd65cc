"""What a study exports, the command of the analysis reads: all four tasks, open and masked, in every form."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from analysis.__main__ import main
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    protocol_text,
    read_everything,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
FORMATS = ("html", "pdf", "xlsx", "json")


@pytest.fixture
def made() -> Locked:
    """All four tasks, with a hidden repeat and an obvious fake, read by three virtual readers."""
    sections = QUARTETS.format(trials=4) + "repeats = 1\ncatch = 1\n" + CALLS + RATES + CHECKS
    made = a_locked_study(protocol_text(sections=sections), readers=())
    simulate_readers(made.study, 3, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    return made


@pytest.mark.parametrize("masked", [False, True])
def test_every_form_of_the_report_is_written(
    made: Locked, tmp_path: Path, capsys: pytest.CaptureFixture[str], masked: bool
) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    if not masked:
        request_unblinding(made.study, by=made.owner, reason="done")
        confirm_unblinding(made.study, by=made.owner, reason="done")
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=masked)
    out = tmp_path / "report"

    assert main(["report", str(bundle), "--out", str(out), "--format", *FORMATS]) == 0, capsys.readouterr()

    document = json.loads((out / "report.json").read_text())
    assert {name: part["task"] for name, part in document["sections"].items()} == {
        "triples": "pick_real",
        "calls": "call",
        "rates": "rate",
        "checks": "check_label",
    }
    assert document["study"]["virtual_readers"] == 3
    assert document["study"]["masked"] is masked
    assert document["sections"]["triples"]["agreement"]["picks"]["raw"]["estimate"] is not None
    assert document["sections"]["triples"]["conduct"]["repeats"]["n"] == 3
    page = (out / "report.html").read_text()
    assert "every reader of this study was virtual" in page
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    assert zipfile.ZipFile(out / "report.xlsx").testzip() is None
    assert ("canary" in page) is not masked
    assert ("The bundle is masked" in page) is masked


def test_labels_that_do_not_print_or_are_long_keep_no_study_from_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Earlier versions imported them, and what is locked cannot change any more."""
    odd = ("grade\xa01", "\u200bgrade 2", "\t=9", "a\x07b", "plain " * 50)
    made = a_locked_study(
        protocol_text(sections=CHECKS),
        readers=("rita", "ron"),
        labels=lambda source, number: {"grade": odd[number % len(odd)]},
    )
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    assert main(["report", str(bundle), "--out", str(tmp_path / "report")]) == 0, capsys.readouterr()
