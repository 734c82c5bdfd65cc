"""An image is a function of checkpoint, seed, number, conditions and solver, and a cut run goes on."""

import csv
import dataclasses
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import torch
from PIL import Image

from generation import Progress, SampleRequest, load_checkpoint, sample
from generation.__main__ import main
from generation.errors import (
    DiskFullError,
    OutOfMemoryError,
    OutputError,
    RequestError,
    StoppedError,
    UnknownConditionError,
)
from generation.sampling import run
from generation.sampling.run import Painter


@pytest.fixture
def request_(tiny_checkpoint: Path, tmp_path: Path) -> SampleRequest:
    return SampleRequest(
        count=5, out=tmp_path / "out", checkpoint=tiny_checkpoint, steps=3, seed=9, threads=1
    )


def test_the_bytes_are_the_same_whatever_the_number_of_threads(
    request_: SampleRequest, tmp_path: Path
) -> None:
    sample(request_)
    sample(dataclasses.replace(request_, out=tmp_path / "three", threads=3))
    assert _digests(tmp_path / "three") == _digests(request_.out)


def test_a_longer_request_begins_with_the_same_images(request_: SampleRequest, tmp_path: Path) -> None:
    sample(request_)
    before = _digests(request_.out)
    summary = sample(dataclasses.replace(request_, count=7))
    assert (summary.made, summary.total) == (2, 7)
    assert _digests(request_.out)[:5] == before


def test_a_stopped_run_goes_on_and_equals_an_uninterrupted_one(
    request_: SampleRequest, tmp_path: Path
) -> None:
    done: list[Progress] = []
    with pytest.raises(StoppedError, match="repeat the request"):
        sample(request_, on_progress=done.append, should_stop=lambda: len(done) == 2)
    assert not (request_.out / "manifest.csv").exists()
    summary = sample(request_)
    assert summary.made == 3
    sample(dataclasses.replace(request_, out=tmp_path / "whole"))
    assert _digests(request_.out) == _digests(tmp_path / "whole")


def test_a_half_image_and_a_half_row_of_a_killed_run_are_made_again(request_: SampleRequest) -> None:
    done: list[Progress] = []
    with pytest.raises(StoppedError):
        sample(request_, on_progress=done.append, should_stop=lambda: len(done) == 2)
    (request_.out / "000000.png").write_bytes(b"\x89PNG half")
    with (request_.out / ".unfinished" / "rows-0.jsonl").open("a") as file:
        file.write('{"file": "000004.png", "ind')
    assert sample(request_).made == 4
    for row in _rows(request_.out):
        content = (request_.out / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]


def test_a_killed_run_lists_whole_images_alone_and_goes_on(request_: SampleRequest) -> None:
    words = ["sample", "--count", "400", "--out", str(request_.out), "--steps", "3", "--threads", "1"]
    command = [sys.executable, "-m", "generation", *words, "--checkpoint", str(request_.checkpoint)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    ledger = request_.out / ".unfinished" / "rows-0.jsonl"
    last = time.monotonic() + 300
    try:
        while not (ledger.exists() and ledger.read_text().count("\n") > 3):
            assert process.poll() is None
            assert time.monotonic() < last
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait(timeout=60)
    assert not (request_.out / "manifest.csv").exists()
    rows = [json.loads(line) for line in ledger.read_text().splitlines(keepends=True) if line.endswith("\n")]
    for row in rows:
        content = (request_.out / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
    count = len(rows) + 2
    again = SampleRequest(count=count, out=request_.out, checkpoint=request_.checkpoint, steps=3, threads=1)
    assert sample(again).made <= 2


def test_sigterm_ends_after_the_current_image_with_a_sentence(
    request_: SampleRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Painter.store

    def store_and_terminate(painter: Painter, *words: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return store(painter, *words)

    monkeypatch.setattr(Painter, "store", store_and_terminate)
    words = ["sample", "--count", "5", "--out", str(request_.out), "--steps", "3", "--threads", "1"]
    assert main([*words, "--checkpoint", str(request_.checkpoint)]) == 1
    assert "repeat the request to go on" in capsys.readouterr().err


def test_a_full_disk_is_said_and_finished_images_are_kept(
    request_: SampleRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def nearly_full(path: Path, content: bytes) -> int:
        if path.name.startswith("000002"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", nearly_full)
    with pytest.raises(DiskFullError, match="Finished work is kept"):
        sample(request_)
    monkeypatch.undo()
    assert sample(request_).made == 3


def test_too_little_memory_is_said_with_a_remedy_that_the_command_has(
    request_: SampleRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Painter, "paint", no_memory)
    with pytest.raises(OutOfMemoryError, match="fewer --threads"):
        sample(request_)
    painter = Painter(request_, load_checkpoint(request_.checkpoint_path), torch.device("cpu"))
    painter.device = torch.device("cuda")
    painter.batch = request_.batch
    with pytest.raises(OutOfMemoryError, match=r"16 images at a time\. Say --batch 8 and a new"):
        next(run._painted(painter, [[0]], threads=1))


def test_another_batch_is_another_request(request_: SampleRequest) -> None:
    sample(request_)
    with pytest.raises(OutputError, match="batch was None, is 8"):
        sample(dataclasses.replace(request_, batch=8))


def test_a_batch_that_is_not_full_is_padded_and_gives_what_was_asked(request_: SampleRequest) -> None:
    painter = Painter(request_, load_checkpoint(request_.checkpoint_path), torch.device("cpu"))
    painter.batch = 4
    alone, padded = painter.paint([0, 1]), painter.paint([0])
    assert (alone.shape, padded.shape) == ((2, 16, 16), (1, 16, 16))
    assert np.array_equal(alone[0], padded[0])


def test_the_files_of_a_batch_are_written_at_once_and_not_by_the_thread_that_paints(
    request_: SampleRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, all_here = Painter.store, threading.Barrier(4, timeout=60)
    painting: set[int] = set()
    paint = Painter.paint

    def noted(painter: Painter, indices: Sequence[int]) -> Any:
        painting.add(threading.get_ident())
        return paint(painter, indices)

    def together(painter: Painter, *words: Any) -> Any:
        all_here.wait()  # broken unless four threads come
        assert threading.get_ident() not in painting
        return store(painter, *words)

    monkeypatch.setattr(Painter, "paint", noted)
    monkeypatch.setattr(Painter, "store", together)
    monkeypatch.setattr(run, "_cores", lambda _: 4)
    make = Painter.__init__

    def in_batches(painter: Painter, *words: Any) -> None:
        make(painter, *words)
        painter.batch = 4

    monkeypatch.setattr(Painter, "__init__", in_batches)
    assert sample(dataclasses.replace(request_, count=8)).made == 8


def test_a_finished_request_is_not_made_again(request_: SampleRequest) -> None:
    sample(request_)
    assert sample(request_).made == 0


def test_another_request_is_refused_in_the_same_folder(request_: SampleRequest) -> None:
    sample(request_)
    with pytest.raises(OutputError, match="seed was 9, is 10"):
        sample(dataclasses.replace(request_, seed=10))
    with pytest.raises(OutputError, match="more than 2"):
        sample(dataclasses.replace(request_, count=2))


def test_a_folder_with_other_things_in_it_is_refused(request_: SampleRequest) -> None:
    request_.out.mkdir()
    (request_.out / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match="not empty"):
        sample(request_)


def test_an_unwritable_folder_is_refused(request_: SampleRequest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        sample(dataclasses.replace(request_, out=tmp_path / "file" / "below"))


def test_a_thousand_million_images_ask_the_disk_first(request_: SampleRequest) -> None:
    with pytest.raises(DiskFullError, match="GB free"):
        sample(dataclasses.replace(request_, count=10**9))
    assert not request_.out.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": 0}, "1 or more"),
        ({"count": -4}, "1 or more"),
        ({"steps": 0}, "1 to 1000"),
        ({"steps": 1001}, "1 to 1000"),
        ({"guidance": -1.0}, "0 or more"),
        ({"guidance": float("nan")}, "0 or more"),
        ({"sampler": "euler"}, "unipc, dpm"),
        ({"format": "bmp"}, "png8, png16, dicom"),
        ({"seed": -1}, "0 or more"),
        ({"batch": 0}, "1 or more"),
        ({"threads": 0}, "1 or more"),
        ({"threads": -1}, "1 or more"),
    ],
)
def test_impossible_requests_are_refused(
    request_: SampleRequest, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        dataclasses.replace(request_, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"colour": "red"}, "this model knows grade, side, age"),
        ({"grade": "7"}, "Allowed for grade: 0, 1, 2, 3, 4"),
        ({"age": "900"}, "a number from"),
        ({"age": "old"}, "a number from"),
    ],
)
def test_what_the_checkpoint_does_not_know_is_refused_with_what_it_knows(
    request_: SampleRequest, conditions: dict[str, str], said: str
) -> None:
    with pytest.raises(UnknownConditionError, match=said):
        sample(dataclasses.replace(request_, conditions=conditions))
    assert not request_.out.exists()


def test_the_manifest_tells_where_each_image_comes_from(request_: SampleRequest) -> None:
    summary = sample(dataclasses.replace(request_, conditions={"grade": "3", "age": ""}))
    rows = _rows(request_.out)
    assert [row["index"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert {row["grade"] for row in rows} == {"3"}
    assert {row["age"] for row in rows} == {""}
    assert {row["side"] for row in rows} <= {"L", "R"}
    assert {row["checkpoint_digest"] for row in rows} == {summary.checkpoint_digest}
    assert {(row["sampler"], row["steps"], row["guidance"]) for row in rows} == {("unipc", "3", "1.0")}


@pytest.mark.parametrize(("kind", "mode"), [("png8", "L"), ("png16", "I;16")])
def test_png_has_the_asked_depth(request_: SampleRequest, kind: str, mode: str) -> None:
    sample(dataclasses.replace(request_, format=kind, count=1))  # type: ignore[arg-type]
    with Image.open(request_.out / "000000.png") as image:
        assert (image.mode, image.size) == (mode, (16, 16))


def test_dicom_says_that_it_is_synthetic_and_holds_the_same_pixels(
    request_: SampleRequest, tmp_path: Path
) -> None:
    sample(dataclasses.replace(request_, format="dicom", count=1))
    sample(dataclasses.replace(request_, count=1, out=tmp_path / "png"))
    image = pydicom.dcmread(request_.out / "000000.dcm")
    assert image.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    assert image.ConversionType == "SYN"
    assert "SYNTHETIC" in image.SeriesDescription
    assert np.array_equal(image.pixel_array, np.asarray(Image.open(tmp_path / "png" / "000000.png")))


def test_more_than_a_thousand_images_are_spread_over_folders(request_: SampleRequest) -> None:
    from generation.sampling.ledger import Ledger

    ledger = Ledger(dataclasses.replace(request_, count=20_000), {}, lambda _: {})
    assert ledger.path_of(19_999).as_posix() == "00019/019999.png"


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _digests(folder: Path) -> list[str]:
    return [row["sha256"] for row in _rows(folder)]


def test_no_manifest_is_written_before_every_image_is_there(request_: SampleRequest) -> None:
    from generation.sampling.ledger import Ledger

    ledger = Ledger(request_, {}, lambda _: {})
    ledger.claim(bytes_an_image=1)
    ledger.add({"index": 0, "file": "000000.png", "seed": 1}, process=0)
    with pytest.raises(OutputError, match=r"the first of them number 1\. .*repeat the request"):
        ledger.finish()
    assert not (request_.out / "manifest.csv").exists()


def test_every_image_says_in_its_own_file_that_it_is_synthetic(
    request_: SampleRequest, tmp_path: Path
) -> None:
    sample(dataclasses.replace(request_, count=1))
    with Image.open(request_.out / "000000.png") as image:
        marks = dict(image.text)  # type: ignore[attr-defined]
    assert marks["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert marks["Description"] == "Made by a generative model; shows no person."
    sample(dataclasses.replace(request_, count=1, format="dicom", out=tmp_path / "dicom"))
    header = pydicom.dcmread(tmp_path / "dicom" / "000000.dcm")
    assert header[0x0008, 0x001C].value == "YES"
