"""Features of the own kind tell clouds, blur and other anatomy; blind features are said to be blind."""

import dataclasses

import numpy as np
import pytest

from generation.errors import DatasetError
from generation.evidence.controls import COPIES, Controls, clouds, judge_features
from generation.evidence.extractor import Extractor
from generation.evidence.images import ImageSet
from generation.evidence.patches import PatchExtractor, learn_patches
from generation.evidence.quality import Plan, measure
from generation.phantoms import make_phantom
from tests.generation.evidence.conftest import MeanExtractor


def _knees(n: int, *, seed: int, name: str) -> ImageSet:
    pixels = np.stack([make_phantom(index, seed=seed, size=64).image for index in range(n)])
    return ImageSet(
        name=name,
        pixels=(pixels >> 8).astype(np.uint8),
        names=np.array([str(index) for index in range(n)]),
        patients=np.array([f"{seed}-{index // 2}" for index in range(n)]),
    )


@pytest.fixture(scope="module")
def real() -> ImageSet:
    return _knees(80, seed=1, name="real")


@pytest.fixture(scope="module")
def train() -> ImageSet:
    return _knees(80, seed=2, name="train")


@pytest.fixture(scope="module")
def made() -> ImageSet:
    return _knees(40, seed=3, name="synthetic")


@pytest.fixture(scope="module")
def own(train: ImageSet) -> PatchExtractor:
    return learn_patches(train.pixels)


def _judged(real: ImageSet, train: ImageSet, made: ImageSet, extractor: Extractor) -> Controls:
    plan = Plan(splits=3, replicates=5)
    metrics = measure(real.features(extractor), made.features(extractor), plan)
    return judge_features(real, train, extractor, metrics)


def test_features_of_the_own_kind_tell_every_control_and_clouds_are_marked_worst_of_all(
    real: ImageSet, train: ImageSet, made: ImageSet, own: PatchExtractor
) -> None:
    found = _judged(real, train, made, own)
    assert found.can_tell, found.verdict
    assert found.verdict.startswith("These features can tell: own-patches:")
    assert len(found.rows) == 6
    marks = {row.name: row for row in found.rows}
    assert all(row.beaten for row in found.rows)
    assert marks["blur of 5 px"].kid > marks["blur of 2 px"].kid
    assert marks["clouds"].precision <= 0.2
    assert marks[COPIES].nearest_ratio == pytest.approx(0, abs=1e-6)


def test_generators_of_clouds_are_said_to_be_no_better_than_clouds(
    real: ImageSet, train: ImageSet, own: PatchExtractor
) -> None:
    pixels = clouds(real.pixels[:40], np.random.default_rng(5))
    made = dataclasses.replace(real.take(np.arange(40)), name="synthetic", pixels=pixels, patients=None)
    found = _judged(real, train, made, own)
    assert "no nearer to real ones than" in found.verdict
    assert "clouds" in found.verdict.partition("no nearer to real ones than")[2]


def test_features_that_see_brightness_alone_are_said_to_be_blind(
    real: ImageSet, train: ImageSet, made: ImageSet
) -> None:
    found = _judged(real, train, made, MeanExtractor())
    assert not found.can_tell
    assert found.verdict.startswith("These features cannot tell: block-means:00000000 takes ")
    assert "blur of 2 px" in found.verdict


def test_clouds_have_the_grey_values_of_the_images_and_none_of_their_form(real: ImageSet) -> None:
    made = clouds(real.pixels, np.random.default_rng(1))
    alike = []
    for cloud, film in zip(made, real.pixels, strict=True):
        assert np.array_equal(np.sort(cloud, axis=None), np.sort(film, axis=None))
        alike.append(np.corrcoef(cloud.ravel(), film.ravel())[0, 1])
    assert abs(np.mean(alike)) < 0.25


def test_learned_features_carry_the_hash_of_what_was_learned(train: ImageSet, own: PatchExtractor) -> None:
    once, again = own, learn_patches(train.pixels)
    assert once.name == again.name
    assert once.name != learn_patches(train.pixels[:60]).name
    embedding, classes = once.extract(train.pixels[:3])
    assert np.array_equal(embedding, again.extract(train.pixels[:3])[0])
    assert np.allclose(classes.sum(1), 1)


def test_too_few_images_to_learn_from_are_refused(train: ImageSet) -> None:
    with pytest.raises(DatasetError, match="39 real images are too few to learn features from"):
        learn_patches(train.pixels[:39])
