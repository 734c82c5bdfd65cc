"""Folders and manifests are checked at the door, decoded once, and split by patient."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from generation.data.decode import read_grey
from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.errors import DatasetError
from generation.sampling.images import encode_image
from generation.training.batches import BatchSource


def _films(folder: Path, names: list[str], size: tuple[int, int] = (16, 16)) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", size, color=255 - number * 7 % 256).save(path)


def test_a_folder_tree_gives_grade_side_patient_and_split(tmp_path: Path) -> None:
    _films(tmp_path, ["train/0/9001L.png", "train/3/9001R.png", "val/1/9002L.png", "test/4/9003R.png"])
    records = read_source(tmp_path).records
    told = [(r.patient, r.split, r.labels["grade"], r.labels["side"]) for r in records]
    assert told == [
        ("9001", "train", "0", "L"),
        ("9001", "train", "3", "R"),
        ("9002", "val", "1", "L"),
        ("9003", "test", "4", "R"),
    ]


def test_a_manifest_has_any_columns_with_gaps(tmp_path: Path) -> None:
    _films(tmp_path, ["a.png", "b.png", "c.png"])
    (tmp_path / "manifest.csv").write_text(
        "file,patient,view,bmi\na.png,p1,ap,31.5\nb.png,p1,,22\nc.png,p2,lateral,\n"
    )
    dataset = prepare_dataset(read_source(tmp_path), size=16, cache=tmp_path / "cache")
    assert dataset.labels == {"view": ["ap", None, "lateral"], "bmi": ["31.5", "22", None]}
    assert dataset.patients == ("p1", "p1", "p2")


def test_many_numbers_become_a_scale_and_few_become_categories(phantom_folder: Path, tmp_path: Path) -> None:
    dataset = prepare_dataset(read_source(phantom_folder), size=16, cache=tmp_path)
    kinds = {entry["name"]: entry["kind"] for entry in dataset.space(None).to_json()}
    assert kinds == {
        "grade": "categorical",
        "side": "categorical",
        "age": "continuous",
        "bmi": "continuous",
        "joint_space_mm": "continuous",
    }


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("name,grade\na.png,1\n", "no column `file`"),
        ("file,grade\ngone.png,1\n", "line 2: the file 'gone.png' is not there"),
        ("file,split\na.png,training\n", "allowed are train, val, test"),
        ("file,grade\n", "no images"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_place(tmp_path: Path, manifest: str, said: str) -> None:
    _films(tmp_path, ["a.png"])
    (tmp_path / "manifest.csv").write_text(manifest)
    with pytest.raises(DatasetError, match=said):
        read_source(tmp_path)


def test_a_folder_that_is_not_there_or_empty_or_deep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        read_source(tmp_path / "none")
    with pytest.raises(DatasetError, match="no images"):
        read_source(tmp_path)
    _films(tmp_path, ["a/b/c/d.png"])
    with pytest.raises(DatasetError, match="3 folders deep"):
        read_source(tmp_path)


def test_mixed_sizes_are_refused_until_it_is_said_how_to_fit(tmp_path: Path) -> None:
    _films(tmp_path / "in", ["0/a.png"])
    _films(tmp_path / "in", ["1/b.png"], size=(30, 20))
    source = read_source(tmp_path / "in")
    with pytest.raises(DatasetError, match=r"mixed sizes: .*b.png is 30 x 20"):
        prepare_dataset(source, size=16, cache=tmp_path / "cache")
    for fit in ("crop", "pad"):
        dataset = prepare_dataset(source, size=16, cache=tmp_path / "cache", fit=fit)  # type: ignore[arg-type]
        assert dataset.images([0, 1]).shape == (2, 1, 16, 16)


def test_colour_images_are_refused_by_name(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "photo.png")
    with pytest.raises(DatasetError, match=r"photo.png is a colour image \(RGB\)"):
        read_grey(tmp_path / "photo.png")


def test_a_truncated_png_is_refused_by_name(phantom_folder: Path, tmp_path: Path) -> None:
    whole = next(phantom_folder.glob("*.png")).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:500])
    with pytest.raises(DatasetError, match=r"cut.png cannot be read"):
        read_grey(tmp_path / "cut.png")


def test_one_class_is_no_condition(tmp_path: Path) -> None:
    _films(tmp_path, ["3/a.png", "3/b.png"])
    dataset = prepare_dataset(read_source(tmp_path), size=16, cache=tmp_path / "cache")
    with pytest.raises(DatasetError, match="only '3'"):
        dataset.space(["grade"])
    with pytest.raises(DatasetError, match="they have grade"):
        dataset.space(["age"])


def test_eight_and_sixteen_bit_and_dicom_give_the_same_film(tmp_path: Path) -> None:
    film = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    facts = {"checkpoint_digest": "d", "request_digest": "r", "index": 0, "seed": 1}
    for kind, name in (("png8", "8.png"), ("png16", "16.png"), ("dicom", "f.dcm")):
        (tmp_path / name).write_bytes(encode_image(film, kind, facts))  # type: ignore[arg-type]
    eight, sixteen, dicom = (read_grey(tmp_path / name) for name in ("8.png", "16.png", "f.dcm"))
    assert np.array_equal(sixteen, dicom)
    assert np.abs(eight.astype(int) - sixteen).max() <= 129


def test_monochrome_one_is_turned_to_bone_bright(tmp_path: Path) -> None:
    film = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    facts = {"checkpoint_digest": "d", "request_digest": "r", "index": 0, "seed": 1}
    (tmp_path / "f.dcm").write_bytes(encode_image(film, "dicom", facts))
    header = pydicom.dcmread(tmp_path / "f.dcm")
    header.PhotometricInterpretation = "MONOCHROME1"
    header.save_as(tmp_path / "f.dcm")
    assert read_grey(tmp_path / "f.dcm")[0, 0] == 65535


def test_no_patient_is_in_two_parts(dataset: Dataset, tmp_path: Path) -> None:
    parts: dict[str, set[str]] = {}
    for patient, split in zip(dataset.patients, dataset.splits, strict=True):
        parts.setdefault(split, set()).add(patient)
    assert parts["train"]
    assert parts["val"]
    assert not parts["train"] & parts["val"]
    _films(tmp_path, ["train/0/1L.png", "test/0/1R.png"])
    with pytest.raises(DatasetError, match="patient 1 is in train and in test"):
        prepare_dataset(read_source(tmp_path), size=16, cache=tmp_path / "cache")


def test_images_are_decoded_once(phantom_folder: Path, tmp_path: Path) -> None:
    source, decoded = read_source(phantom_folder), []
    for _ in range(2):
        prepare_dataset(source, size=16, cache=tmp_path, on_progress=lambda done, _: decoded.append(done))
    assert decoded == list(range(1, 41))


def test_a_mirrored_knee_changes_its_side_label(dataset: Dataset) -> None:
    space = dataset.space(["side"])
    plain, flipped = (
        next(
            BatchSource(
                dataset=dataset,
                space=space,
                indices=np.arange(len(dataset)),
                conditions=dataset.conditions(space),
                seed=1,
                batch_size=16,
                accumulate=1,
                processes=1,
                timesteps=1000,
                condition_dropout=0.0,
                flip=flip,  # type: ignore[arg-type]
            ).parts(0, 0)
        )
        for flip in ("none", "side")
    )
    turned = (plain.conditions != flipped.conditions).ravel().numpy()
    assert 0 < turned.sum() < 16
    for i in range(16):
        expected = plain.images[i].flip(-1) if turned[i] else plain.images[i]
        assert np.array_equal(flipped.images[i], expected)


def test_the_digest_follows_the_labels(tmp_path: Path) -> None:
    _films(tmp_path, ["a.png", "b.png"])
    digests = []
    for grade in ("1", "2"):
        (tmp_path / "manifest.csv").write_text(f"file,grade\na.png,{grade}\nb.png,0\n")
        digests.append(prepare_dataset(read_source(tmp_path), size=16, cache=tmp_path / "cache").digest)
    assert digests[0] != digests[1]
