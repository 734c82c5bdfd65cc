"""What a lab's folders and tables really hold is taken, or refused in one sentence before training."""

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from generation.conditions import ConditionSpace
from generation.data.decode import read_grey
from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.errors import DatasetError, RequestError
from generation.sampling.images import encode_image


def _film(path: Path, seed: int = 0, size: tuple[int, int] = (16, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, size[::-1], dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def _films(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        _film(folder / name, seed)
    return folder


def _prepared(folder: Path, cache: Path, size: int = 16) -> Dataset:
    return prepare_dataset(read_source(folder), size=size, cache=cache)


def test_linked_label_folders_are_followed(tmp_path: Path) -> None:
    away = _films(tmp_path / "away", "0/a.png", "1/b.png")
    (tmp_path / "set").mkdir()
    for label in ("0", "1"):
        (tmp_path / "set" / label).symlink_to(away / label)
    assert [r.labels["grade"] for r in read_source(tmp_path / "set").records] == ["0", "1"]


def test_a_folder_that_is_linked_into_itself_is_refused(tmp_path: Path) -> None:
    _films(tmp_path, "0/a.png")
    (tmp_path / "0" / "again").symlink_to(tmp_path)
    with pytest.raises(DatasetError, match="a folder that it lies in"):
        read_source(tmp_path)


@pytest.mark.parametrize("stray", ["valid/0/b.png", "b.png"])
def test_images_beside_train_and_test_are_refused_not_left_out(tmp_path: Path, stray: str) -> None:
    _films(tmp_path, "train/0/a.png", stray)
    with pytest.raises(DatasetError, match=r"b\.png lies beside train: .*Parts are called train, val, test"):
        read_source(tmp_path)


def test_what_a_mac_leaves_behind_is_no_image(tmp_path: Path) -> None:
    _films(tmp_path, "0/a.png")
    (tmp_path / "0" / "._a.png").write_bytes(b"\0\5\26\7")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._a.png").write_bytes(b"\0\5\26\7")
    assert [record.path.name for record in read_source(tmp_path).records] == ["a.png"]


def test_names_in_any_script_are_kept(tmp_path: Path) -> None:
    _films(tmp_path, "schwer é/膝 1.png", "leicht/膝 2.png")
    dataset = _prepared(tmp_path, tmp_path / ".cache")
    assert dataset.names == ("leicht/膝 2.png", "schwer é/膝 1.png")
    assert dataset.labels == {"grade": ["leicht", "schwer é"]}


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    _film(tmp_path / "0" / "a.png").rename(os.fsdecode(os.fsencode(tmp_path / "0") + b"/\xff.png"))
    with pytest.raises(DatasetError, match=r"is not UTF-8\. Rename the file"):
        read_source(tmp_path)


def test_dicom_files_without_an_ending_are_found(tmp_path: Path) -> None:
    facts = {"checkpoint_digest": "d", "request_digest": "r", "index": 0, "seed": 1}
    film = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    (tmp_path / "IM000001").write_bytes(encode_image(film, "dicom", facts))
    (tmp_path / "DICOMDIR.txt").write_text("no image")
    (record,) = read_source(tmp_path).records
    assert (record.path.name, read_grey(record.path).max()) == ("IM000001", 65535)


def test_compressed_dicom_is_read(tmp_path: Path) -> None:
    facts = {"checkpoint_digest": "d", "request_digest": "r", "index": 0, "seed": 1}
    film = np.linspace(-1, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    (tmp_path / "plain.dcm").write_bytes(encode_image(film, "dicom", facts))
    header = pydicom.dcmread(tmp_path / "plain.dcm")
    header.compress(pydicom.uid.JPEG2000Lossless)
    header.save_as(tmp_path / "small.dcm")
    assert np.array_equal(read_grey(tmp_path / "small.dcm"), read_grey(tmp_path / "plain.dcm"))


@pytest.mark.parametrize("left_out", ["PhotometricInterpretation", "PixelData", "Rows"])
def test_a_dicom_file_that_lacks_something_is_refused_by_name(tmp_path: Path, left_out: str) -> None:
    facts = {"checkpoint_digest": "d", "request_digest": "r", "index": 0, "seed": 1}
    (tmp_path / "f.dcm").write_bytes(encode_image(np.zeros((16, 16), np.float32), "dicom", facts))
    header = pydicom.dcmread(tmp_path / "f.dcm")
    delattr(header, left_out)
    header.save_as(tmp_path / "f.dcm")
    with pytest.raises(DatasetError, match=r"f\.dcm cannot be read as DICOM"):
        read_grey(tmp_path / "f.dcm")


def _palette(folder: Path, colours: list[int]) -> Path:
    image = Image.new("P", (16, 16))
    image.putpalette(colours)
    image.putdata([number % 3 for number in range(256)])
    image.save(folder / "palette.png")
    return folder / "palette.png"


def test_a_palette_is_read_where_it_is_grey_and_refused_where_it_is_not(tmp_path: Path) -> None:
    grey = read_grey(_palette(tmp_path, [0, 0, 0, 100, 100, 100, 255, 255, 255]))
    assert np.unique(grey).tolist() == [0, 100 * 257, 65535]
    with pytest.raises(DatasetError, match=r"colour image \(P\)"):
        read_grey(_palette(tmp_path, [255, 0, 0, 0, 255, 0, 0, 0, 255]))


@pytest.mark.parametrize("mode", ["CMYK", "RGB", "F"])
def test_other_kinds_of_pixels_are_refused_by_name(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (16, 16)).save(tmp_path / "film.tif")
    with pytest.raises(DatasetError, match=r"film\.tif (is a colour image|has fractions)"):
        read_grey(tmp_path / "film.tif")


def test_a_file_of_several_images_is_refused(tmp_path: Path) -> None:
    pages = [Image.new("L", (16, 16), shade) for shade in (1, 2)]
    pages[0].save(tmp_path / "film.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(DatasetError, match="several images"):
        read_grey(tmp_path / "film.tif")


def test_an_image_of_hundreds_of_megapixels_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(DatasetError, match=r"film\.png cannot be read"):
        read_grey(_film(tmp_path / "film.png"))


def test_images_are_not_enlarged(tmp_path: Path) -> None:
    _films(tmp_path, "0/a.png", "1/b.png")
    with pytest.raises(DatasetError, match=r"16 x 16, too small for 32 px: .*smaller --size"):
        _prepared(tmp_path, tmp_path / ".cache", size=32)


@pytest.mark.parametrize("size", [0, -5, 10**6])
def test_impossible_sizes_are_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(RequestError, match="choose 1 to"):
        _prepared(_films(tmp_path, "0/a.png"), tmp_path / ".cache", size=size)


def test_the_same_picture_in_two_parts_is_refused_under_whatever_name(tmp_path: Path) -> None:
    _film(tmp_path / "train/0/a.png", seed=1)
    _film(tmp_path / "test/0/b.png", seed=1)
    with pytest.raises(DatasetError, match=r"b\.png in test is the same image as .*a\.png in train"):
        _prepared(tmp_path, tmp_path / ".cache")


def test_the_same_picture_twice_in_one_part_is_kept(tmp_path: Path) -> None:
    for name in ("train/0/a.png", "train/1/b.png"):
        _film(tmp_path / name, seed=1)
    _film(tmp_path / "val/0/c.png", seed=2)
    assert len(_prepared(tmp_path, tmp_path / ".cache")) == 3


def test_twelve_bit_in_sixteen_is_refused_as_black(tmp_path: Path) -> None:
    for seed in (0, 1):
        pixels = np.random.default_rng(seed).integers(0, 4096, (16, 16)).astype(np.uint16)
        Image.fromarray(pixels).save(tmp_path / f"{seed}.png")
    with pytest.raises(DatasetError, match="more bits than they have"):
        _prepared(tmp_path, tmp_path / ".cache")
    assert not list((tmp_path / ".cache").iterdir())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_may_be_separated_as_spreadsheets_do(tmp_path: Path, separator: str) -> None:
    _films(tmp_path, "a.png", "b.png")
    rows = [["file", "patient", "bmi"], ["a.png", "p1", "31.5"], ["b.png", "p2", "NA"]]
    table = "\r\n".join(separator.join(row) for row in rows)
    (tmp_path / "manifest.csv").write_bytes(("\ufeff" + table).encode())
    found = [(record.patient, record.labels) for record in read_source(tmp_path).records]
    assert found == [("p1", {"bmi": "31.5"}), ("p2", {"bmi": None})]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("file,view\na.png,größe\n".encode("latin-1"), "no table in UTF-8"),
        (b"grade,file\n1,a.png\n2\n", "line 3: nothing stands in the column `file`"),
        (b"file,split\na.png,train\nb.png,test\na.png,test\n", r"line 4: .*'a.png' is in line 2 already"),
        (b"", "no column `file`; it has nothing"),
    ],
)
def test_a_table_that_cannot_be_meant_so_is_refused_with_the_place(
    tmp_path: Path, table: bytes, said: str
) -> None:
    _films(tmp_path, "a.png", "b.png")
    (tmp_path / "manifest.csv").write_bytes(table)
    with pytest.raises(DatasetError, match=said):
        read_source(tmp_path)


def test_a_picture_given_as_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no table in UTF-8"):
        read_source(_film(tmp_path / "film.png"))


@pytest.mark.parametrize("gap", ["NA", "nan", "#N/A", "null", "n/a"])
def test_every_way_to_write_a_gap_is_one(tmp_path: Path, gap: str) -> None:
    _films(tmp_path, "a.png", "b.png")
    (tmp_path / "manifest.csv").write_text(f"file,age\na.png,{gap}\nb.png,50\n")
    assert read_source(tmp_path).column("age") == [None, "50"]


@pytest.mark.parametrize("word", ["old", "inf"])
def test_a_scale_takes_numbers_alone(word: str) -> None:
    with pytest.raises(DatasetError, match=rf"'age' is to be a number.*'{word}'"):
        ConditionSpace.from_columns({"age": [word, "50", "60"]}, continuous=["age"])


def test_a_scale_that_is_no_label_is_refused(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="no label weight"):
        dataset.space(["grade"], continuous=["weight"])


def test_a_grade_is_the_same_with_and_without_its_point() -> None:
    space = ConditionSpace.from_columns({"grade": ["3.0", "3", "1.0", "1.5", "A.0"]})
    assert space.allowed() == {"grade": ["1", "1.5", "3", "A.0"]}
    assert space.encode({"grade": 3.0}) == space.encode({"grade": "3"}) == 2
