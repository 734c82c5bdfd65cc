import numpy as np
import pytest

from generation.errors import DatasetError
from generation.evidence.classifier import Recipe
from generation.evidence.images import ImageSet
from generation.evidence.machine_reader import _folds, read_by_machine, spectra
from tests.generation.evidence.conftest import films


def _blurred(images: ImageSet) -> ImageSet:
    soft = images.pixels.astype(float)
    for axis in (1, 2):
        soft = (np.roll(soft, 1, axis) + soft + np.roll(soft, -1, axis)) / 3
    return ImageSet(name="synthetic", pixels=soft.astype(np.uint8), names=images.names)


def test_a_machine_cannot_tell_films_of_one_kind_apart(extractor):
    readers = read_by_machine(films(120, seed=1, patients="real"), films(120, seed=2), extractor)
    for reader in readers:
        assert reader.auc.low < 0.6
        assert reader.accuracy < 0.65


def test_blurred_films_are_found_by_their_spectrum_and_not_by_their_anatomy(extractor):
    anatomy, texture = read_by_machine(
        films(80, seed=1, patients="real"), _blurred(films(80, seed=2)), extractor
    )
    assert texture.name == "logistic on the power spectrum"
    assert texture.auc.estimate > 0.98
    assert anatomy.auc.estimate < 0.7


def test_a_network_of_its_own_reads_only_where_it_is_asked_for(extractor):
    real, synthetic = films(40, seed=1, patients="real"), _blurred(films(40, seed=2))
    recipe = Recipe(size_px=16, steps=2, batch=8)
    readers = read_by_machine(real, synthetic, extractor, recipe=recipe, folds=2)
    assert [reader.name for reader in readers][-1] == "network from scratch"
    assert len(readers) == 3


def test_no_patient_is_both_learnt_from_and_asked_about():
    rng = np.random.default_rng(0)
    truth, groups = np.repeat([0, 1], 50), np.concatenate([rng.integers(0, 20, 50), np.arange(20, 70)])
    for shown, asked in _folds(truth, groups, 5, seed=3):
        assert not set(groups[shown]) & set(groups[asked])


def test_the_spectrum_does_not_see_brightness():
    images = films(3, seed=4)
    brighter = ImageSet(name="b", pixels=images.pixels + np.uint8(9), names=images.names)
    assert spectra(images) == pytest.approx(spectra(brighter), abs=1e-3)


def test_too_few_images_for_the_folds_are_refused(extractor):
    with pytest.raises(DatasetError, match="Give 10 or more of each"):
        read_by_machine(films(9, seed=1), films(30, seed=2), extractor)
