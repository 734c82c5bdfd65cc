"""One patient through the grades: the same noise and conditions, and the one condition that changes."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from generation import SampleRequest, load_checkpoint, sample
from generation.__main__ import main
from generation.errors import RequestError, UnknownConditionError
from generation.sampling.request import progression_request

COMMON = {"steps": 2, "threads": 1, "seed": 9}


def _progression(tiny_checkpoint: Path, out: Path, *more: str) -> int:
    settings = ["--steps", "2", "--threads", "1", "--seed", "9", "--checkpoint", str(tiny_checkpoint)]
    return main(["progression", "--out", str(out), *settings, *more])


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "images" / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_all_but_the_grade_stays_as_it_is(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _progression(tiny_checkpoint, tmp_path / "out", "--condition", "side=R") == 0
    rows = _rows(tmp_path / "out")
    assert [row["grade"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert {row["side"] for row in rows} == {"R"}
    assert len({(row["seed"], row["age"], row["patient"]) for row in rows}) == 1
    assert "grade 0, 1, 2, 3, 4, from left to right" in capsys.readouterr().out
    with Image.open(tmp_path / "out" / "progression.png") as sheet:
        assert sheet.size == (5 * 16, 16)


def test_a_stage_is_the_image_that_sampling_makes_with_these_conditions(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    _progression(tiny_checkpoint, tmp_path / "out")
    shown = _rows(tmp_path / "out")[3]
    named = {name: shown[name] for name in ("grade", "side", "age")}
    sample(
        SampleRequest(count=1, out=tmp_path / "one", checkpoint=tiny_checkpoint, conditions=named, **COMMON)  # type: ignore[arg-type]
    )
    first, other = (
        np.asarray(Image.open(path))
        for path in (tmp_path / "out" / "images" / "000003.png", tmp_path / "one" / "000000.png")
    )
    assert np.array_equal(first, other)


def test_several_patients_are_rows_of_the_sheet(tiny_checkpoint: Path, tmp_path: Path) -> None:
    _progression(tiny_checkpoint, tmp_path / "out", "--patients", "2", "--through", "side")
    rows = _rows(tmp_path / "out")
    assert [row["side"] for row in rows] == ["L", "R", "L", "R"]
    assert [row["patient"][-1] for row in rows] == ["0", "0", "1", "1"]
    with Image.open(tmp_path / "out" / "progression.png") as sheet:
        assert sheet.size == (2 * 16, 2 * 16)


def test_a_number_goes_from_its_lowest_to_its_highest_in_five_stages(tiny_checkpoint: Path) -> None:
    low, high = load_checkpoint(tiny_checkpoint).conditions["age"]
    values = {"out": "there", "checkpoint": tiny_checkpoint}
    request, stages = progression_request(values, through="age", patients=3)
    assert (stages[0], stages[-1]) == (round(float(low), 1), round(float(high), 1))
    assert (len(stages), request.count) == (5, 15)


def test_dicom_images_of_one_patient_have_one_patient_id(tiny_checkpoint: Path, tmp_path: Path) -> None:
    _progression(tiny_checkpoint, tmp_path / "out", "--format", "dicom", "--through", "side")
    images = [pydicom.dcmread(path) for path in sorted((tmp_path / "out" / "images").glob("*.dcm"))]
    assert len({image.PatientID for image in images}) == 1
    assert len({image.SOPInstanceUID for image in images}) == 2


def test_it_goes_on_and_refuses_another_condition_in_its_folder(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _progression(tiny_checkpoint, tmp_path / "out")
    assert _progression(tiny_checkpoint, tmp_path / "out") == 0
    assert _progression(tiny_checkpoint, tmp_path / "out", "--through", "side") == 1
    assert "through was grade, is side" in capsys.readouterr().err


def test_impossible_progressions_are_refused(tiny_checkpoint: Path) -> None:
    values = {"out": "there", "checkpoint": tiny_checkpoint}
    with pytest.raises(UnknownConditionError, match="this model knows grade, side, age"):
        progression_request(values, through="colour")
    with pytest.raises(RequestError, match="ask for 1 or more"):
        progression_request(values, through="grade", patients=0)
    with pytest.raises(RequestError, match="leave that condition out"):
        progression_request({**values, "conditions": {"grade": "2"}}, through="grade")


def test_a_request_from_before_progressions_is_still_the_same_request(tiny_checkpoint: Path) -> None:
    request = SampleRequest(count=1, out=Path("there"), checkpoint=tiny_checkpoint)
    card = load_checkpoint(tiny_checkpoint)
    assert "through" not in request.identity(card)
    assert dataclasses.replace(request, through="grade").identity(card)["through"] == "grade"
