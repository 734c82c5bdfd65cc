"""Phantoms show what their labels say, and the joint space can be read off them."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation.errors import OutputError, RequestError
from generation.phantoms import make_phantom, measure_compartments_mm, measure_joint_space_mm
from generation.phantoms.write import write_phantoms


def test_the_measured_joint_space_agrees_with_the_true_one() -> None:
    phantoms = [make_phantom(i, seed=77) for i in range(0, 60, 2)]
    truth = np.array([p.joint_space_mm for p in phantoms])
    measured = np.array([measure_joint_space_mm(p.image) for p in phantoms])
    assert np.corrcoef(truth, measured)[0, 1] > 0.95
    assert np.abs(truth - measured).mean() < 0.35


@pytest.mark.parametrize("size", [64, 128, 256])
def test_each_grade_narrows_the_joint_at_any_size(size: int) -> None:
    means = [
        np.mean([measure_joint_space_mm(make_phantom(i, size=size, grade=grade).image) for i in range(3)])
        for grade in range(5)
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[4] > 3


def test_the_narrow_compartment_lies_on_the_medial_side() -> None:
    left = measure_compartments_mm(make_phantom(3, grade=4, side="L").image)
    right = measure_compartments_mm(make_phantom(3, grade=4, side="R").image)
    assert left[0] < left[1]
    assert right[0] > right[1]


def test_a_broad_person_fills_more_of_the_film() -> None:
    phantoms = [make_phantom(i, seed=4) for i in range(0, 80, 2)]
    bmi = [p.subject.bmi for p in phantoms]
    filled = [float((p.image[40:90] > 2000).mean()) for p in phantoms]
    assert np.corrcoef(bmi, filled)[0, 1] > 0.7


def test_the_bone_of_an_old_person_is_coarser_between_its_edges() -> None:
    phantoms = [make_phantom(i, seed=4) for i in range(0, 80, 2)]
    age = [p.subject.age for p in phantoms]
    shafts = [p.image[60:90, 15:80].astype(float) for p in phantoms]
    contrast = [np.percentile(shaft, 99) - np.median(shaft[:, 20:45]) for shaft in shafts]
    assert np.corrcoef(age, contrast)[0, 1] > 0.3


def test_a_phantom_is_sixteen_bit_and_the_same_each_time() -> None:
    once, again = make_phantom(11, seed=3), make_phantom(11, seed=3)
    assert once.image.dtype == np.uint16
    assert len(np.unique(once.image)) > 2000
    assert np.array_equal(once.image, again.image)
    assert not np.array_equal(once.image, make_phantom(12, seed=3).image)


def test_both_knees_of_a_patient_share_age_and_bmi() -> None:
    left, right = make_phantom(8), make_phantom(9)
    assert left.patient == right.patient
    assert (left.subject.side, right.subject.side) == ("L", "R")
    assert (left.subject.age, left.subject.bmi) == (right.subject.age, right.subject.bmi)


@pytest.mark.parametrize("size", [63, 1025])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(RequestError, match="64 to 1024"):
        make_phantom(0, size=size)


def test_a_folder_of_phantoms_has_a_manifest(phantom_folder: Path) -> None:
    with (phantom_folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert set(rows[0]) == {"file", "grade", "side", "age", "bmi", "joint_space_mm", "patient"}
    with Image.open(phantom_folder / rows[0]["file"]) as image:
        assert (image.mode, image.size) == ("I;16", (64, 64))


def test_several_processes_write_the_same_bytes(phantom_folder: Path, tmp_path: Path) -> None:
    write_phantoms(tmp_path / "two", kind="knee-1", count=18, size=64, seed=5, processes=2)
    made = list((tmp_path / "two").glob("*.png"))
    assert len(made) == 18
    for path in made:
        assert path.read_bytes() == (phantom_folder / path.name).read_bytes()


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="not empty"):
        write_phantoms(tmp_path, count=1)


@pytest.mark.parametrize("count", [0, -3])
def test_no_phantoms_are_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(RequestError, match="1 or more"):
        write_phantoms(tmp_path / "out", count=count)


def test_more_phantoms_than_the_disk_holds_are_refused_before_the_first(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="need up to 32,768"):
        write_phantoms(tmp_path / "films", count=10**9)
    assert not (tmp_path / "films").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": 10}, "64 to 1024"),
        ({"seed": -1}, "0 or more"),
        ({"processes": 0}, "1 or more"),
        ({"count": 0}, "1 or more"),
    ],
)
def test_impossible_phantoms_are_refused_and_leave_no_folder(
    tmp_path: Path, changes: dict[str, int], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        write_phantoms(tmp_path / "films", **{"count": 1, "size": 64, "seed": 0, **changes})  # type: ignore[arg-type]
    assert not (tmp_path / "films").exists()


def test_a_killed_command_leaves_no_process_and_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "phantoms"
    words = f"-m generation phantoms --kind knee-1 --count 64 --size 64 --processes 2 --out {out}"
    with subprocess.Popen([sys.executable, *words.split()], stderr=subprocess.PIPE, text=True) as command:
        assert command.stderr is not None
        assert "phantom" in command.stderr.readline()
        command.kill()
        command.stderr.read()  # ends with the last process that holds the other end
    written = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    with pytest.raises(OutputError, match="not empty"):
        write_phantoms(out, count=64, kind="knee-1", size=64, seed=1)
    write_phantoms(out, count=64, kind="knee-1", size=64)
    assert len((out / "manifest.csv").read_text().splitlines()) == 65
    assert len(list(out.glob("*.png"))) == 64
    assert not (out / "manifest.unfinished").exists()
    assert any(path.stat().st_mtime_ns == before for path, before in written.items())
