"""A release carries its papers, says how many images were made for it, and resumes."""

import csv
import dataclasses
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from generation import SampleRequest
from generation.errors import OutputError, RequestError, StoppedError
from generation.release import ReleaseRequest, read_exclusions, release

READ_BY_MLCROISSANT = """
import json, sys
import mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
issues = dataset.metadata.ctx.issues
rows = list(dataset.records("rows"))
files = [row["rows/file"].decode() for row in rows]
ages = sorted({type(row["rows/age"]).__name__ for row in rows})
print(json.dumps([sorted(map(str, [*issues.errors, *issues.warnings])), files, ages]))
"""


@pytest.fixture
def request_(tiny_checkpoint: Path, tmp_path: Path) -> ReleaseRequest:
    images = SampleRequest(count=4, out=tmp_path / "set", checkpoint=tiny_checkpoint, steps=2)
    return ReleaseRequest(images=images, title="Knees", licence="CC-BY-4.0", author="A lab")


def test_all_checksums_agree(request_: ReleaseRequest) -> None:
    out = release(request_).parent
    lines = (out / "checksums.sha256").read_text().splitlines()
    assert len(lines) == 4 + 7
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_the_card_tells_licence_denominator_and_provenance(request_: ReleaseRequest) -> None:
    card = release(dataclasses.replace(request_, training_data="phantoms")).read_text()
    assert "Licence: CC-BY-4.0" in card
    assert "4 released of 4 made; 0 held back. Nothing else was selected." in card
    assert "Trained on: phantoms" in card
    assert "| grade |" in card


def test_mlcroissant_finds_nothing_wrong_and_reads_the_rows(request_: ReleaseRequest) -> None:
    """In a process of its own: its logger would close the output of the tests."""
    out = release(request_).parent
    read = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ_BY_MLCROISSANT, str(out / "croissant.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert read.returncode == 0, read.stderr
    issues, files, ages = json.loads(read.stdout.splitlines()[-1])
    assert issues == []
    assert files == [f"images/{n:06d}.png" for n in range(4)]
    assert ages == ["float"]


def test_the_papers_for_machines_agree_with_the_manifest(request_: ReleaseRequest) -> None:
    out = release(request_).parent
    with (out / "manifest.csv").open(newline="") as file:
        columns = next(csv.reader(file))
    digest = hashlib.sha256((out / "manifest.csv").read_bytes()).hexdigest()
    croissant = json.loads((out / "croissant.json").read_text())
    assert croissant["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    manifest, images = croissant["distribution"]
    assert (manifest["contentUrl"], manifest["sha256"]) == ("manifest.csv", digest)
    assert {path.relative_to(out).as_posix() for path in out.glob(images["includes"])} == {
        f"images/{index:06d}.png" for index in range(4)
    }
    fields = {field["name"]: field["dataType"] for field in croissant["recordSet"][0]["field"]}
    assert list(fields) == columns
    assert (fields["age"], fields["grade"], fields["index"]) == ("sc:Float", "sc:Text", "sc:Integer")
    assert any(name.startswith("rai:") for name in croissant)
    package = json.loads((out / "datapackage.json").read_text())
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == columns
    crate = json.loads((out / "ro-crate-metadata.json").read_text())
    known = {entity["@id"] for entity in crate["@graph"]}
    assert {part["@id"] for part in crate["@graph"][1]["hasPart"]} <= known
    assert 'title: "Knees"' in (out / "CITATION.cff").read_text()
    assert (out / "README.md").read_text().startswith("---\npretty_name:")


def test_papers_made_again_are_the_same(request_: ReleaseRequest) -> None:
    out = release(request_).parent
    before = (out / "checksums.sha256").read_bytes()
    release(request_)
    assert (out / "checksums.sha256").read_bytes() == before


def test_images_held_back_are_counted_and_not_in_the_set(request_: ReleaseRequest, tmp_path: Path) -> None:
    (tmp_path / "near.csv").write_text("file,reason\n000002.png,too near to a training image\n")
    excluded = read_exclusions(tmp_path / "near.csv")
    out = release(dataclasses.replace(request_, excluded=excluded)).parent
    with (out / "manifest.csv").open(newline="") as file:
        files = [row["file"] for row in csv.DictReader(file)]
    assert files == ["images/000000.png", "images/000001.png", "images/000003.png"]
    assert not (out / "images" / "000002.png").exists()
    facts = json.loads((out / "provenance.json").read_text())
    assert (facts["generated"], facts["released"]) == (4, 3)
    assert facts["excluded"] == {"too near to a training image": 1}


def test_a_stopped_release_goes_on(request_: ReleaseRequest) -> None:
    asked = iter([False, True])
    with pytest.raises(StoppedError):
        release(request_, should_stop=lambda: next(asked, True))
    assert not (request_.images.out / "README.md").exists()
    assert release(request_).is_file()


@pytest.mark.parametrize("missing", ["title", "licence", "author"])
def test_a_release_without_its_papers_is_refused(request_: ReleaseRequest, missing: str) -> None:
    with pytest.raises(RequestError, match=missing):
        dataclasses.replace(request_, **{missing: " "})


def test_a_folder_of_other_things_is_refused(request_: ReleaseRequest) -> None:
    request_.images.out.mkdir()
    (request_.images.out / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match=r"thesis.txt"):
        release(request_)


def test_a_release_of_nothing_is_refused(request_: ReleaseRequest) -> None:
    every = {f"{number:06d}.png": "copy" for number in range(4)}
    with pytest.raises(RequestError, match="all 4 images are excluded"):
        release(dataclasses.replace(request_, excluded=every))
    assert not (request_.images.out / "README.md").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [(b"file,reason\na.png,\xe4\n", "UTF-8"), (b"reason,file\nx\n", "line 2"), (b"", "no column `file`")],
)
def test_exclusions_that_cannot_be_read_are_refused(tmp_path: Path, table: bytes, said: str) -> None:
    (tmp_path / "near.csv").write_bytes(table)
    with pytest.raises(RequestError, match=said):
        read_exclusions(tmp_path / "near.csv")
