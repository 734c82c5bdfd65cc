"""What a paper printed lies beside every study that repeats it, whatever its name, and beside no other."""

import csv
from pathlib import Path

import pytest

from readerstudy.desk.protocol.published import NAMES, published
from readerstudy.results.papers import printed_by_the_paper, write_paper
from readerstudy.studies.create import create_study
from readerstudy.truth.duplicate import duplicate
from tests.readerstudy.factory import a_leader, a_planned_study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", NAMES)
def test_every_published_protocol_has_its_paper(name: str) -> None:
    study = create_study(published(name).text, by=a_leader("alice"), slug=f"{name}-2")
    assert printed_by_the_paper(study)
    assert printed_by_the_paper(duplicate(study, by=study.created_by)) == printed_by_the_paper(study)


def test_two_studies_of_the_same_sources_keep_their_own_papers() -> None:
    alice = a_leader("alice")
    labels = create_study(published("pelvis-labels").text, by=alice, slug="labels")
    calls = create_study(published("pelvis-real-or-synthetic").text, by=alice, slug="calls")
    assert printed_by_the_paper(labels) == {"Label discrepancies": "0 of 100"}
    assert printed_by_the_paper(calls) == {"Accuracy": "62%"}


@pytest.mark.parametrize(
    ("was", "becomes"), [("Pelvis radiographs: do the labels fit?", "Our pelves"), ("20240611", "7")]
)
def test_another_title_or_another_seed_keeps_the_paper(was: str, becomes: str) -> None:
    text = published("pelvis-labels").text.replace(was, becomes)
    study = create_study(text, by=a_leader("alice"), slug="ours")
    assert printed_by_the_paper(study) == {"Label discrepancies": "0 of 100"}


def test_a_study_of_its_own_has_no_paper(tmp_path: Path) -> None:
    study = a_planned_study()
    assert printed_by_the_paper(study) == {}
    write_paper(study, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_report_holds_what_the_paper_printed(tmp_path: Path) -> None:
    study = create_study(published("knee-generators").text, by=a_leader("alice"), slug="knees-again")
    write_paper(study, tmp_path)
    with (tmp_path / "paper.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1] == ["GAN images detected", "62.5%"]
