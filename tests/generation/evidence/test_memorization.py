import numpy as np
import pytest

from generation.errors import DatasetError
from generation.evidence.images import ImageSet
from generation.evidence.memorization import memorize
from tests.generation.evidence.conftest import films


@pytest.fixture
def train() -> ImageSet:
    return films(120, seed=1, patients="train")


@pytest.fixture
def heldout() -> ImageSet:
    return films(80, seed=2, patients="heldout")


def _copies(train: ImageSet, chosen: np.ndarray, *, mirrored: bool = False) -> ImageSet:
    rng = np.random.default_rng(0)
    pixels = train.pixels[chosen, :, ::-1] if mirrored else train.pixels[chosen]
    noisy = np.clip(pixels + rng.normal(0, 5, pixels.shape), 0, 255).astype(np.uint8)
    fresh = films(60, seed=3).pixels
    pixels = np.concatenate([noisy, fresh])
    return ImageSet(name="synthetic", pixels=pixels, names=np.arange(len(pixels)).astype(str))


def test_images_of_new_patients_are_not_taken_for_copies(train, heldout, extractor):
    found = memorize(train, heldout, films(100, seed=7), extractor)
    assert not found.suspected
    for view in found.views:
        assert view.ratio == pytest.approx(1, abs=0.25)
        assert view.tail_p_holm > 0.05


def test_copies_are_found_with_their_patients_in_every_view(train, heldout, extractor):
    chosen = np.array([10, 10, 10, 11, 50, 51, 90, 90, 91, 30, 31, 32, 33, 34, 35, 36])
    found = memorize(train, heldout, _copies(train, chosen), extractor)
    assert found.suspected
    assert all(view.tail_p_holm < 0.05 for view in found.views)
    closest = found.pairs[: len(chosen)]
    assert [pair.train for pair in sorted(closest, key=lambda pair: pair.image)] == chosen.tolist()
    assert found.patients[0].patient == "train5"
    assert found.patients[0].in_tail == 4
    assert "lie closer to a training image" in found.sentence


def test_a_mirrored_copy_is_found_only_where_mirrors_are_searched(train, heldout, extractor):
    copies = _copies(train, np.arange(16), mirrored=True)
    assert not memorize(train, heldout, copies, extractor).suspected
    found = memorize(train, heldout, copies, extractor, mirrored=True)
    assert found.suspected
    assert sum(pair.mirrored for pair in found.pairs[:16]) == 16


def test_a_patient_on_both_sides_is_refused_by_name(train, extractor):
    with pytest.raises(DatasetError, match="patients are in train and in train, for example train0"):
        memorize(train, train, films(10, seed=3), extractor)


def test_the_tail_test_keeps_its_level_when_nothing_is_copied():
    """One film a patient is held out at random, so both samples are exchangeable: few false alarms."""
    from generation.evidence.memorization import tail_test

    rng = np.random.default_rng(0)
    alarms = [tail_test(rng.normal(size=200), rng.normal(size=100)).p < 0.05 for _ in range(400)]
    assert np.mean(alarms) < 0.08
