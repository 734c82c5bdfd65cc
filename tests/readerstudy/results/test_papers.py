"""What a paper printed lies beside every study that repeats it, whatever its name, and beside no other."""

import csv
from pathlib import Path

import pytest

from readerstudy.desk.protocol.published import NAMES, published
from readerstudy.results.papers import beside_the_paper, papers, write_paper
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import parse_protocol
from readerstudy.truth.duplicate import duplicate
from tests.readerstudy.factory import a_leader, a_planned_study

pytestmark = pytest.mark.django_db


def printed(study: Study) -> dict[str, str]:
    return {row.measure: row.printed for row in beside_the_paper(study, None)}


@pytest.mark.parametrize("name", NAMES)
def test_every_published_protocol_has_its_paper(name: str) -> None:
    study = create_study(published(name).text, by=a_leader("alice"), slug=f"{name}-2")
    assert printed(study)
    assert printed(duplicate(study, by=study.created_by)) == printed(study)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_paper_is_held_against_is_in_the_report_of_its_protocol(name: str) -> None:
    document = parse_protocol(published(name).text)
    (paper,) = [one for one in papers() if one.is_repeated_by(document)]
    names = {"sections": {one.name for one in document.sections}}
    names["endpoints"] = {one.name for one in document.endpoints}
    places = [place.split("/") for found in paper.here.values() for place in found]
    assert [place for place in places if place[1] not in names[place[0]]] == []
    assert [place for place in places if "by_source" in place and place[-1] not in paper.sources] == []
    assert paper.here.keys() <= paper.printed.keys()


def test_two_studies_of_the_same_sources_keep_their_own_papers() -> None:
    alice = a_leader("alice")
    labels = create_study(published("pelvis-labels").text, by=alice, slug="labels")
    calls = create_study(published("pelvis-real-or-synthetic").text, by=alice, slug="calls")
    assert printed(labels) == {"Label discrepancies": "0 of 100"}
    assert printed(calls) == {"Accuracy": "62%"}


@pytest.mark.parametrize(
    ("was", "becomes"), [("Pelvis radiographs: do the labels fit?", "Our pelves"), ("20240611", "7")]
)
def test_another_title_or_another_seed_keeps_the_paper(was: str, becomes: str) -> None:
    text = published("pelvis-labels").text.replace(was, becomes)
    study = create_study(text, by=a_leader("alice"), slug="ours")
    assert printed(study) == {"Label discrepancies": "0 of 100"}


def test_a_study_of_its_own_has_no_paper(tmp_path: Path) -> None:
    study = a_planned_study()
    assert printed(study) == {}
    write_paper(study, tmp_path, {})
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_report_holds_the_papers_numbers_beside_those_of_the_study(tmp_path: Path) -> None:
    study = create_study(published("knee-generators").text, by=a_leader("alice"), slug="knees-again")
    sources = [
        {"source": "gan", "rate": 0.625, "low": 0.4, "high": 0.8},
        {"source": "ddpm-unconditional", "rate": 0.1, "low": None, "high": None},
    ]
    write_paper(study, tmp_path, {"sections": {"review": {"discrimination": {"by_source": sources}}}})
    with (tmp_path / "paper.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [
            ["GAN images detected", "62.5%", "62.5% (40.0% to 80.0%)"],
            ["DDPM-unconditional images detected", "16.7%", "10.0%"],
        ]


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ({"what": "accuracy", "estimate": 0.6, "low": 0.5, "high": 0.7}, "60.0% (50.0% to 70.0%)"),
        ({"what": "accuracy", "estimate": None, "low": None, "high": None}, "not estimated"),
    ],
)
def test_an_endpoint_is_what_its_report_says(endpoint: dict[str, object], words: str) -> None:
    study = create_study(published("panoramic-timed").text, by=a_leader("alice"), slug="panoramic")
    rows = beside_the_paper(study, {"endpoints": [{"name": "accuracy"} | endpoint]})
    assert {row.measure: row.here for row in rows}["Accuracy"] == words
