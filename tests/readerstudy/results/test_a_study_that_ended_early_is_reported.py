"""Readers stopped before the last section: what can be computed is reported, and what cannot is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.__main__ import main
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.results.runs import report_folder
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import CALLS, QUARTETS, Locked, a_locked_study, answer_next, protocol_text

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ENDPOINT = """
[[endpoints]]
name = "calls-right"
role = "secondary"
of = "calls.call"
what = "accuracy"
against = 0.5
"""


def ended_early(*, readers_of_calls: int, masked: bool) -> Locked:
    text = protocol_text(sections=QUARTETS.format(trials=4) + CALLS + ENDPOINT)
    made = a_locked_study(text, readers=("rosa", "rupert"))
    for number, name in enumerate(("rosa", "rupert")):
        for _ in range(4 + 3 * (number < readers_of_calls)):
            answer_next(made.reading(name))
    freeze_study(made.study, by=made.owner, reason="Funds ended.")
    if not masked:
        request_unblinding(made.study, by=made.owner, reason="Funds ended.")
        confirm_unblinding(made.study, by=made.owner, reason="Funds ended.")
    return made


def reported(folder: Path, *, readers_of_calls: int, masked: bool) -> tuple[dict[str, Any], str]:
    made = ended_early(readers_of_calls=readers_of_calls, masked=masked)
    bundle = export_bundle(made.study, folder / "bundle", by=made.owner, masked=masked)
    asked = [
        "report",
        str(bundle),
        "--out",
        str(folder / "report"),
        "--format",
        "json",
        "html",
        "pdf",
        "xlsx",
    ]
    assert main(asked) == 0
    found = json.loads((folder / "report" / "report.json").read_text())
    return found, (folder / "report" / "report.html").read_text()


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("readers", "reason"),
    [
        (0, "Section “calls” has no answers in calls.csv."),
        (1, "“R01” is the only reader of section “calls”."),
    ],
)
def test_a_section_of_no_or_one_reader_is_named(
    tmp_path: Path, readers: int, reason: str, masked: bool
) -> None:
    report, page = reported(tmp_path, readers_of_calls=readers, masked=masked)
    assert report["sections"]["triples"]["conduct"]["completeness"]["answers"] == 8
    assert report["sections"]["calls"] == {"task": "call", "reason": reason}
    assert f"Nothing is computed of section calls. {reason}" in page
    if not masked:
        assert [(each["name"], each["reason"]) for each in report["endpoints"]] == [("calls-right", reason)]


def test_two_readers_are_enough(tmp_path: Path) -> None:
    report, page = reported(tmp_path, readers_of_calls=2, masked=False)
    assert "discrimination" in report["sections"]["calls"]
    assert "Nothing is computed" not in page


def test_the_page_of_the_result_says_it(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    made = ended_early(readers_of_calls=0, masked=False)
    export_report(made.study, report_folder(made.study), by=made.owner, formats=("json",))
    page = made.client("alice").get(f"/studies/{made.study.slug}/result/").content.decode()
    assert "Nothing is computed of this section. Section “calls” has no answers in calls.csv." in page
