"""Labels are read off the names of files and folders, and a file that is named otherwise is refused."""

from pathlib import Path

import pytest

from readerstudy.imaging.errors import BadNaming
from readerstudy.imaging.importing import Imported, import_files
from readerstudy.imaging.manifest import Refused
from readerstudy.imaging.naming import Naming
from tests.readerstudy.imaging.phantoms import SQUARE, write_png

KNEES = "{grade}/{patient:7}{side:1}.png"


@pytest.mark.parametrize(
    ("pattern", "file", "patient", "labels"),
    [
        (KNEES, "train/3/9001003L.png", "9001003", {"grade": "3", "side": "L"}),
        (KNEES, "0/9001003R.png", "9001003", {"grade": "0", "side": "R"}),
        ("{sex}-{age}.*", "m-61.tiff", "", {"sex": "m", "age": "61"}),
        ("{site}/*/{patient}.dcm", "basel/scan 1/p9.dcm", "p9", {"site": "basel"}),
    ],
)
def test_names_say_patient_and_labels(pattern: str, file: str, patient: str, labels: dict[str, str]) -> None:
    row = Naming(pattern).row_of(file)
    assert row is not None
    assert (row.patient, row.labels) == (patient, labels)


@pytest.mark.parametrize("file", ["9001003L.png", "3/9001003.png", "3/9001003L.jpg", "3/90010034L.png"])
def test_a_name_that_does_not_follow_says_nothing(file: str) -> None:
    assert Naming(KNEES).row_of(file) is None


@pytest.mark.parametrize("pattern", ["", "*.png", "{a}{a}.png", "{a:0}.png", "{grade", "{}/x", "{1a}.png"])
def test_a_pattern_that_names_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(BadNaming, match="is no pattern of names"):
        Naming(pattern)


def test_a_pattern_that_would_take_days_is_refused_with_the_way_out() -> None:
    letters = "abcdefghijkl"
    with pytest.raises(BadNaming, match="Say how long some of them are"):
        Naming("-".join(f"{{{letter}}}" for letter in letters) + ".png")
    lengths = Naming("-".join(f"{{{letter}:1}}" for letter in letters) + "/{z}.png")
    assert lengths.row_of("-".join("1" * 12) + "/" + "-" * 255) is None
    assert Naming("{a}-{b}-{c}.png").row_of("-" * 60_000) is None


def test_a_pattern_and_a_name_may_spell_their_letters_apart() -> None:
    row = Naming("H\u00e4nde/{gr\u00f6\u00dfe}.png").row_of("Ha\u0308nde/3.png")
    assert row is not None
    assert row.labels == {"gr\u00f6\u00dfe": "3"}


@pytest.mark.django_db
def test_an_import_takes_labels_from_names_and_refuses_other_names(tmp_path: Path) -> None:
    write_png(tmp_path, "2/9000001L.png", 1)
    write_png(tmp_path, "2/notes.png", 2)
    outcomes = import_files([tmp_path], canvas=SQUARE, by=None, naming=Naming(KNEES), workers=0)
    found = {outcome.file: outcome for outcome in outcomes}
    taken, refused = found["2/9000001L.png"], found["2/notes.png"]
    assert isinstance(taken, Imported)
    assert taken.labels == {"grade": "2", "side": "L"}
    assert isinstance(refused, Refused)
    assert "does not follow the pattern" in refused.reason
