"""The bundle: the columns that others read, masks that hold, and the same bytes each time."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from analysis.spreadsheet import defused
from readerstudy.errors import ReaderstudyError
from readerstudy.reading.acknowledge import be_briefed, consent
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.models import Reason, Response, Slot
from readerstudy.results.bundle import export_bundle
from readerstudy.results.bundle.export import write_bundle
from readerstudy.results.errors import FolderIsTaken, NoAnswers, StillMasked
from readerstudy.results.exports import reproduction_zip
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    Locked,
    a_locked_study,
    answer_next,
    protocol_text,
)
from tests.readerstudy.results.bundles import table

pytestmark = pytest.mark.django_db

#: As in the documented interface; a table may have more, never fewer.
COLUMNS = {
    "picks.csv": "section reader trial order picked correct slot_picked slot_real response_ms repeat_of",
    "ratings.csv": "section reader trial image source slot order rating",
    "calls.csv": "section reader trial image source call confidence order response_ms repeat_of",
    "checks.csv": (
        "section reader trial image source label intended observed verdict order response_ms repeat_of"
    ),
    "readers.csv": "reader virtual specialty years site",
    "images.csv": "image source",
}


@pytest.fixture
def made() -> Locked:
    """Read by two virtual readers."""
    sections = QUARTETS.format(trials=4) + "repeats = 1\ncatch = 1\n" + CALLS + CHECKS
    made = a_locked_study(protocol_text(sections=sections), readers=())
    simulate_readers(made.study, 2, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    return made


def unblind(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")


def test_the_columns_are_the_documented_ones(made: Locked, tmp_path: Path) -> None:
    unblind(made)
    out = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    for name, columns in COLUMNS.items():
        found = list(table(out, name)[0])
        assert [column for column in found if column in columns.split()] == columns.split(), name
    header = json.loads((out / "study.json").read_text())
    assert {"name": "gan-canary", "kind": "synthetic"}.items() <= header["sources"][2].items()
    assert [section["name"] for section in header["sections"]] == ["triples", "calls", "checks"]
    assert {row["correct"] for row in table(out, "picks.csv")} <= {"0", "1"}


def test_before_the_unblinding_only_a_masked_bundle_is_given(made: Locked, tmp_path: Path) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(StillMasked):
        export_bundle(made.study, tmp_path / "open", by=made.owner, masked=False)
    assert list(tmp_path.iterdir()) == []
    assert export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True).is_dir()


def test_the_same_study_gives_the_same_bytes(made: Locked, tmp_path: Path) -> None:
    unblind(made)
    for masked in (True, False):
        one, two = (
            export_bundle(made.study, tmp_path / f"{masked}-{n}", by=made.owner, masked=masked) for n in "12"
        )
        assert {p.name: p.read_bytes() for p in one.iterdir()} == {
            p.name: p.read_bytes() for p in two.iterdir()
        }


def test_a_folder_in_use_is_left_as_it_is(made: Locked, tmp_path: Path) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderIsTaken):
        export_bundle(made.study, tmp_path, by=made.owner, masked=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_study_nobody_has_read_has_no_bundle(tmp_path: Path) -> None:
    made = a_locked_study()
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(NoAnswers):
        export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("keep", "readers"), [(True, {1, 2}), (False, {2})])
def test_a_withdrawn_readers_answers_count_or_not_as_was_said(
    made: Locked, tmp_path: Path, keep: bool, readers: set[int]
) -> None:
    first = made.study.enrolments.get(place=1)
    at = {one.pseudonym: one.place for one in made.study.enrolments.readers()}
    withdraw(first, by=made.owner, reason="left", keep_answers=keep)
    freeze_study(made.study, by=made.owner, reason="done")
    out = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)
    for name in ("picks.csv", "ratings.csv", "calls.csv", "checks.csv", "readers.csv"):
        assert {at[row["reader"]] for row in table(out, name)} == readers


def test_the_report_has_the_documented_names(made: Locked, tmp_path: Path) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(StillMasked):
        export_report(made.study, tmp_path / "report", by=made.owner)
    unblind(made)
    out = export_report(made.study, tmp_path / "report", by=made.owner, formats=["json"])
    report = json.loads((out / "report.json").read_text())
    triples = report["sections"]["triples"]
    assert {"k", "n", "rate", "chance", "crossed", "exact", "wilson", "dprime", "equivalence"} <= set(
        triples["detection"]["overall"]
    )
    assert {"by_reader", "by_alternative", "position"} <= set(triples["detection"])
    assert triples["detection"]["overall"]["n"] == 8
    assert {"source", "n", "mean", "sd", "text"} <= set(triples["realism"]["by_source"][0])
    assert {"by_reader", "pooled", "by_source"} <= set(report["sections"]["calls"]["discrimination"])
    assert {"by_reader", "consensus"} <= set(report["sections"]["checks"]["label_checks"])
    assert "software" in report


def test_reproduce_zip_needs_the_unblinding(made: Locked, tmp_path: Path) -> None:
    with pytest.raises(ReaderstudyError):
        reproduction_zip(made.study, tmp_path / "reproduce.zip", by=made.owner)
    assert list(tmp_path.iterdir()) == []
    unblind(made)
    assert reproduction_zip(made.study, tmp_path / "reproduce.zip", by=made.owner).exists()


def test_what_a_reader_wrote_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    questions = """
[[questions]]
name = "site"
text = "Where do you work?"
[[questions]]
name = "other"
text = "Anything else?"
[[questions]]
name = "years"
text = "Years of experience?"
kind = "number"
"""
    made = a_locked_study(protocol_text(more=questions), briefed=False)
    rita, reader = made.reading("rita"), made.people["rita"]
    consent(rita, by=reader)
    said = {"site": '=HYPERLINK("https://evil.example")', "other": "-", "years": "7"}
    fill_questionnaire(rita, said, by=reader)
    be_briefed(made.reading("rita"), by=reader)
    answer_next(made.reading("rita"))
    freeze_study(made.study, by=made.owner, reason="done")
    [row] = table(export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True), "readers.csv")
    assert (row["site"], row["other"], float(row["years"])) == (f"'{said['site']}", "-", 7)


@pytest.mark.parametrize("masked", [True, False])
def test_only_the_newest_revision_of_an_answer_is_in_a_bundle(
    made: Locked, tmp_path: Path, masked: bool
) -> None:
    first = Response.objects.filter(presentation__section__name="calls").first()
    assert first is not None
    Response.objects.create(
        presentation=first.presentation,
        enrolment=first.enrolment,
        revision=2,
        client_uuid=uuid4(),
        call="synthetic",
    )
    before = Response.objects.filter(presentation__section__name="calls", revision=1)
    write_bundle(made.study, tmp_path, masked=masked)
    rows = table(tmp_path, "calls.csv")
    assert len(rows) == before.count()
    changed = [row for row in rows if row["response_ms"] == ""]
    assert [(row["call"], row["confidence"]) for row in changed] == [("synthetic", "")]


@pytest.mark.parametrize("masked", [True, False])
def test_what_gave_an_image_away_comes_back_as_it_was_said(
    made: Locked, tmp_path: Path, masked: bool
) -> None:
    said = [("zigzag", 1.5, 3.0), ('a, "b"\nc', None, None), ("=SUM(A1)", 0.0, 2.25), ("-", 7.0, 7.0)]
    fakes = Key.objects.filter(catch=True).values("trial_image__trial")
    seen = Response.objects.filter(presentation__section__name="triples")
    response = seen.exclude(presentation__trial__in=fakes).first()
    assert response is not None
    slot = Slot.objects.filter(presentation=response.presentation)[0]
    for tag, x, y in said:
        Reason.objects.create(response=response, slot=slot, tag=tag, x=x, y=y)
    write_bundle(made.study, tmp_path, masked=masked)
    rows = [row for row in table(tmp_path, "reasons.csv") if row["reader"] == response.enrolment.pseudonym]
    found = [(row["tag"], row["x"], row["y"]) for row in rows]
    told = [
        (defused(tag), "" if x is None else str(x), "" if y is None else str(y))
        for tag, x, y in (sorted(said, key=lambda one: one[0]) if masked else said)
    ]
    assert [one for one in found if one in told] == told


def test_a_label_of_an_image_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    def labels(source: str, number: int) -> dict[str, str]:
        return {"grade": ("=1+1", "+cmd", "@SUM(A1)", "-2")[number % 4]}

    made = a_locked_study(slug="formulas", labels=labels)
    answer_next(made.reading("rita"))
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    assert "'=1+1" in {row["grade"] for row in table(bundle, "images.csv")}
    for file in ("images.csv", "pool.csv"):
        cells = [cell for row in table(bundle, file) for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
