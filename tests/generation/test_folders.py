"""A folder belongs to one job at a time; what stands in it is not believed blindly, and never overwritten."""

import csv
import dataclasses
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from generation import SampleRequest, sample
from generation.__main__ import main
from generation.data.shards import prepare_dataset
from generation.data.sources import read_source
from generation.errors import DiskFullError, OutputError, RequestError
from generation.files import held

Rows = list[dict[str, str]]


@pytest.fixture
def request_(tiny_checkpoint: Path, tmp_path: Path) -> SampleRequest:
    return SampleRequest(
        count=3, out=tmp_path / "out", checkpoint=tiny_checkpoint, steps=1, format="png8", threads=1
    )


def test_a_second_job_in_a_folder_is_refused_until_the_first_ends(request_: SampleRequest) -> None:
    sample(request_)
    longer = dataclasses.replace(request_, count=4)
    with held(request_.out), pytest.raises(OutputError, match=r"another process is at work in .*out"):
        sample(longer)
    assert sample(longer).made == 1


def test_a_refusal_lets_go_of_the_folder(request_: SampleRequest) -> None:
    sample(request_)
    with pytest.raises(OutputError, match="more than 1"):
        sample(dataclasses.replace(request_, count=1))
    with held(request_.out):
        pass


def _rewritten(out: Path, change: Callable[[Rows], Rows]) -> str:
    """The manifest as it was, after somebody changed it by hand."""
    manifest = out / "manifest.csv"
    before = manifest.read_text()
    rows = change(list(csv.DictReader(before.splitlines())))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with manifest.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return before


def _relabelled(rows: Rows) -> Rows:
    return [{**rows[0], "grade": "4" if rows[0]["grade"] != "4" else "0"}, *rows[1:]]


@pytest.mark.parametrize(
    "change",
    [
        _relabelled,
        lambda rows: [{**rows[0], "seed": "1"}, *rows[1:]],
        lambda rows: [{**rows[0], "index": "first"}, *rows[1:]],
        lambda rows: [{**rows[0], "file": "../../elsewhere.png"}, *rows[1:]],
        lambda rows: [{**row, "note": "fine"} for row in rows],
        lambda rows: [{name: row[name] for name in row if name != "sha256"} for row in rows],
        lambda rows: [rows[2], rows[0], rows[0]],
    ],
    ids=["label", "seed", "number", "file", "column more", "column less", "rows"],
)
def test_a_manifest_that_was_edited_is_made_true_again(
    request_: SampleRequest, change: Callable[[Rows], Rows]
) -> None:
    sample(request_)
    before = _rewritten(request_.out, change)
    sample(request_)
    assert (request_.out / "manifest.csv").read_text() == before


@pytest.mark.parametrize("text", ["{half", "[]", "7"])
def test_a_request_that_was_edited_is_refused(request_: SampleRequest, text: str) -> None:
    sample(request_)
    (request_.out / "request.json").write_text(text)
    with pytest.raises(OutputError, match=r"request\.json was changed"):
        sample(request_)


@pytest.mark.parametrize(
    "changes",
    [{"guidance_rescale": 2.0}, {"guidance_interval": (0.8, 0.2)}, {"guidance_rescale": float("nan")}],
)
def test_an_impossible_guidance_leaves_no_folder(request_: SampleRequest, changes: dict[str, float]) -> None:
    with pytest.raises(RequestError, match="the others lie between 0 and 1"):
        sample(dataclasses.replace(request_, **changes))  # type: ignore[arg-type]
    assert not request_.out.exists()


def test_training_does_not_touch_a_folder_of_something_else(
    phantom_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.csv").write_text("mine\n")
    assert main(["train", str(phantom_folder), "--out", str(tmp_path), "--size", "16", "--cpu"]) == 1
    assert "holds other things (log.csv)" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), OSError("22528 requested and 9153 written")],
    ids=["system", "numpy"],
)
def test_a_disk_that_fills_while_images_are_decoded_is_said(
    phantom_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("generation.data.shards.np.save", full)
    with pytest.raises(DiskFullError, match="free some space"):
        prepare_dataset(read_source(phantom_folder), size=16, cache=tmp_path)
    assert not list(tmp_path.iterdir())


def test_training_twice_into_one_folder_is_refused(
    phantom_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cache").mkdir()
    with held(tmp_path):
        assert main(["train", str(phantom_folder), "--out", str(tmp_path), "--size", "16", "--cpu"]) == 1
    assert "another process is at work" in capsys.readouterr().err


def test_images_that_are_refused_leave_no_folder_behind(
    tmp_path: Path, phantom_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main(["train", str(phantom_folder), "--out", str(run), "--size", "4000", "--cpu"]) == 1
    assert "too small for 4000 px" in capsys.readouterr().err
    assert not run.exists()
