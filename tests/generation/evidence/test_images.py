import numpy as np
import pytest

from generation.errors import DatasetError
from generation.evidence.images import ImageSet
from generation.evidence.thumbnails import shrink, thumbnails
from tests.generation.evidence.conftest import films


def test_colour_images_are_refused_in_words():
    with pytest.raises(DatasetError, match=r"knees: evidence needs grey images .* got uint8 \(2, 8, 8, 3\)"):
        ImageSet(name="knees", pixels=np.zeros((2, 8, 8, 3), np.uint8), names=np.array(["a", "b"]))


def test_labels_that_do_not_fit_the_images_are_refused():
    with pytest.raises(DatasetError, match="knees: 2 images but 3 grade"):
        ImageSet(
            name="knees",
            pixels=np.zeros((2, 8, 8), np.uint8),
            names=np.array(["a", "b"]),
            labels={"grade": np.array(["0", "1", "2"])},
        )


def test_an_unknown_label_is_refused_with_those_that_are_known():
    with pytest.raises(DatasetError, match=r"no label 'age'\. Its labels: grade"):
        films(4, seed=0).label("age")


@pytest.mark.parametrize("side", [64, 48])
def test_shrinking_averages_areas_whether_or_not_the_fold_is_whole(side):
    pixels = np.full((2, side, side), 51, np.uint8)
    pixels[1, :, side // 2 :] = 204
    small = shrink(pixels, 32)
    assert small.shape == (2, 32, 32)
    assert small[0] == pytest.approx(0.2)
    assert small[1, :, :14] == pytest.approx(0.2)
    assert small[1, :, 18:] == pytest.approx(0.8)


def test_thumbnails_do_not_see_exposure():
    image = films(1, seed=4).pixels
    darker = (image * 0.5 + 20).astype(np.uint8)
    assert np.linalg.norm(thumbnails(image) - thumbnails(darker)) < 0.05
