"""A demonstration on somebody's own images takes one of each patient, evenly from every folder."""

from pathlib import Path

import pytest

from readerstudy.desk.demo.real_images import KNEES, RealImages, TooFewImages
from readerstudy.imaging.naming import Naming


@pytest.fixture
def knees(tmp_path: Path) -> RealImages:
    """Both knees of twelve patients in three folders, and a file that is none."""
    for number in range(12):
        for side in "LR":
            path = tmp_path / "train" / str(number % 3) / f"{9000000 + number}{side}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    (tmp_path / "notes.txt").touch()
    return RealImages(folder=tmp_path, naming=Naming(KNEES))


def test_the_choice_is_even_and_the_same_each_time(knees: RealImages) -> None:
    paths, manifest = knees.chosen(8)
    rows = [manifest.row_of(path.name) for path in paths]
    assert len({row.patient for row in rows if row}) == len(paths) == 9
    assert [sum(row.labels["grade"] == grade for row in rows if row) for grade in "012"] == [3, 3, 3]
    assert knees.chosen(8)[0] == paths


def test_too_few_images_are_told_with_the_remedy(knees: RealImages) -> None:
    with pytest.raises(TooFewImages, match=r"holds 12 patients .* the study needs 13\. Give"):
        knees.chosen(13)
