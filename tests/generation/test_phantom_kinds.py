"""Each kind of phantom shows what its manifest says, varies, and is the same each time."""

import csv
import hashlib
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from generation.__main__ import main
from generation.commands import phantoms as command
from generation.errors import RequestError
from generation.phantoms.frames import CINE_MM
from generation.phantoms.kinds import FRAMES, KINDS, recipe
from generation.phantoms.knee import GAP_MM, Knee, make_volume_knee
from generation.phantoms.lesion import FIELD_MM as LESION_MM
from generation.phantoms.write import write_phantoms

#: Mean log10 power of 1,656 real knees of 128 px, grey on 0 to 1, in rings of spatial frequency.
RINGS = (2, 5, 12, 24, 48, 64)
REAL_POWER = (4.60, 3.74, 2.57, 1.80, 1.21)


@pytest.fixture(scope="module")
def knees() -> list[Knee]:
    return [make_volume_knee(index, seed=3, grade=index // 2 % 5)[0] for index in range(40)]


def _stack(knees: list[Knee]) -> NDArray[np.float64]:
    return np.stack([knee.image for knee in knees]) / 65535


def test_knees_have_the_power_of_real_ones_in_every_band(knees: list[Knee]) -> None:
    films = _stack(knees)
    power = np.abs(np.fft.fft2(films - films.mean((1, 2), keepdims=True))) ** 2
    frequency = np.fft.fftfreq(128) * 128
    ring = np.hypot(frequency[:, None], frequency)
    ours = [
        np.log10(power[:, (ring >= low) & (ring < high)].mean()) for low, high in itertools.pairwise(RINGS)
    ]
    assert ours == pytest.approx(REAL_POWER, abs=0.2)


def test_two_knees_are_no_more_alike_than_real_ones_nearly_are(knees: list[Knee]) -> None:
    flat = _stack(knees).reshape(len(knees), -1)
    alike = np.corrcoef(flat)[np.triu_indices(len(knees), 1)]
    assert alike.mean() < 0.75


def test_the_joint_space_of_each_grade_is_about_what_clinics_measure(knees: list[Knee]) -> None:
    for grade, wanted in enumerate(GAP_MM):
        spaces = [knee.joint_space_mm for knee in knees if knee.subject.grade == grade]
        assert np.mean(spaces) == pytest.approx(wanted, abs=0.5)


@pytest.mark.parametrize("size", [96, 256])
def test_the_joint_space_does_not_depend_on_the_size_of_the_film(size: int) -> None:
    small, large = (make_volume_knee(4, grade=1, size=px)[0] for px in (128, size))
    assert small.joint_space_mm == pytest.approx(large.joint_space_mm, abs=0.5)


def test_the_true_joint_space_is_dark_on_the_film(knees: list[Knee]) -> None:
    """Between the plates of a healthy knee the film is darker than in both bones beside."""
    darker = []
    for knee in (knee for knee in knees if knee.subject.grade == 0):
        medial_left = knee.image if knee.subject.side == "L" else knee.image[:, ::-1]
        film = medial_left.astype(float)[50:90, 30:50].mean(1)
        line = int(film.argmin())
        darker.append(film[line] < 0.8 * min(film[: line + 1].max(), film[line:].max()))
    assert np.mean(darker) >= 0.8


def test_grade_four_is_sclerosed_worn_and_bowed(knees: list[Knee]) -> None:
    healthy, worn = ([knee for knee in knees if knee.subject.grade == grade] for grade in (0, 4))
    assert np.mean([k.varus_deg for k in worn]) > 2 + np.mean([k.varus_deg for k in healthy])
    plate, below = slice(66, 84), slice(100, 128)
    dense = [
        np.mean([k.image[plate, 20:108].mean() / k.image[below, 30:98].mean() for k in group])
        for group in (healthy, worn)
    ]
    assert dense[1] > dense[0] + 0.06


def test_soft_tissue_reaches_the_edge_and_no_letter_lies_on_it(knees: list[Knee]) -> None:
    """Letters of lead would be the brightest thing at a side; air would leave a whole edge column black."""
    films = _stack(knees)
    edges = np.concatenate([films[:, :, 0], films[:, :, -1]])
    assert np.mean(edges.max(1) > 0.12) > 0.8
    assert np.mean([film[:40, [0, 1, 2, -3, -2, -1]].max() > 0.97 for film in films]) < 0.35


def test_both_knees_of_a_patient_share_age_and_shape() -> None:
    (left, patient), (right, same) = make_volume_knee(6, grade=0), make_volume_knee(7, grade=0)
    assert patient == same
    assert (left.subject.side, right.subject.side) == ("L", "R")
    assert (left.subject.age, left.subject.bmi) == (right.subject.age, right.subject.bmi)


def test_the_heart_squeezes_as_much_as_its_ejection_fraction_says() -> None:
    for index in range(4):
        picture = recipe("cine").make(index, seed=1, size=128, frames=20)
        loop = picture.pixels / 65535
        areas = [float((frame[40:88, 44:92] > 0.55).sum()) * (CINE_MM / 128) ** 2 for frame in loop]
        facts = picture.facts
        seen = 1 - areas[facts["systole_frame"] - 1] / areas[facts["diastole_frame"] - 1]
        assert seen == pytest.approx(facts["ejection_fraction"], abs=0.12)


def test_the_nodule_lies_where_the_manifest_says() -> None:
    found = 0
    for index in range(1, 12, 2):
        picture = recipe("volume").make(index, seed=1, size=128, frames=FRAMES)
        facts = picture.facts
        x, y, frame = round(facts["nodule_x"]), round(facts["nodule_y"]), facts["nodule_frame"] - 1
        around = picture.pixels[frame] / 65535
        found += around[y, x] > 0.4
    assert found >= 5


def test_a_lesion_measures_what_the_manifest_says() -> None:
    """The darkest tenth of a photograph without hairs is the lesion."""
    errors = []
    for index in range(12):
        picture = recipe("lesion").make(index, seed=8, size=128, frames=1)
        assert picture.pixels.shape == (128, 128, 3)
        errors.append(0 < picture.facts["diameter_mm"] < LESION_MM)
    assert all(errors)
    kinds = [recipe("lesion").make(index, seed=8, size=64, frames=1).facts for index in range(40)]
    widths = {
        name: np.mean([f["diameter_mm"] for f in kinds if f["class"] == name])
        for name in ("naevus", "melanoma")
    }
    assert widths["melanoma"] > widths["naevus"] + 2


def test_an_effusion_hides_the_floor_of_its_lung() -> None:
    def floor(index: int) -> tuple[float, str]:
        picture = recipe("chest").make(index, seed=2, size=128, frames=1)
        film, side = picture.pixels / 65535, picture.facts["finding_side"]
        columns = slice(74, 100) if side == "L" else slice(28, 54)
        return float(film[72:80, columns].mean() - film[50:60, columns].mean()), picture.facts["finding"]

    effusion = [floor(index)[0] for index in range(2, 40, 4)]
    normal = [floor(index)[0] for index in range(0, 40, 4)]
    assert np.mean(effusion) > np.mean(normal) + 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_with_its_manifest_and_is_the_same_each_time(kind: str, tmp_path: Path) -> None:
    digests = []
    for run in ("once", "again"):
        manifest = write_phantoms(tmp_path / run, kind=kind, count=2, size=64, frames=3, seed=4)
        rows = list(csv.DictReader(manifest.read_text().splitlines()))
        assert tuple(rows[0]) == ("file", *recipe(kind).columns)
        files = [tmp_path / run / row["file"] for row in rows]
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert digests[0] == digests[1]
    assert digests[0][0] != digests[0][1]
    with Image.open(files[0]) as image:
        assert image.size == (64, 64)
        assert len(list(ImageSequence.Iterator(image))) == (3 if recipe(kind).framed else 1)


def test_the_command_offers_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.KINDS == KINDS
    assert command.FRAMES == FRAMES
    words = ["phantoms", "--kind", "cine", "--count", "1", "--frames", "2", "--size", "64", "--out"]
    assert main([*words, str(tmp_path / "films")]) == 0
    assert "1 cine phantoms of 64 px" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "hand"}, "unknown kind of phantom 'hand': choose knee, chest"),
        ({"kind": "volume", "frames": 1}, "choose 2 to 500"),
        ({"kind": "volume", "size": 1024}, "choose 64 to 512"),
    ],
)
def test_impossible_kinds_and_frames_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        write_phantoms(tmp_path / "out", **{"count": 1, "size": 64, **changes})
    assert not (tmp_path / "out").exists()


def test_softened_phantoms_keep_their_kind_and_lose_texture(tmp_path: Path) -> None:
    for kind, name in (("lesion", "colour"), ("volume", "frames"), ("knee-1", "grey")):
        how = {"kind": kind, "count": 1, "size": 64, "frames": 3, "seed": 4}
        sharp = write_phantoms(tmp_path / f"{name}-sharp", **how)  # type: ignore[arg-type]
        soft = write_phantoms(tmp_path / f"{name}-soft", **how, soften=1.5)  # type: ignore[arg-type]
        texture = []
        for manifest in (sharp, soft):
            file = next(path for path in manifest.parent.iterdir() if path != manifest)
            with Image.open(file) as opened:
                assert getattr(opened, "n_frames", 1) == (3 if kind == "volume" else 1)
                texture.append(np.abs(np.diff(np.asarray(opened, dtype=float), axis=0)).mean())
        assert texture[1] < 0.8 * texture[0]
    with pytest.raises(RequestError, match="choose 0 to 8"):
        write_phantoms(tmp_path / "x", count=1, soften=9.0)
