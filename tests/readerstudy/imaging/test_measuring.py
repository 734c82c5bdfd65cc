"""Images are measured in their order, and pictures that are nearly the same are found."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest

from readerstudy.imaging import measuring
from readerstudy.imaging.buffer_features import Found
from readerstudy.imaging.features import Features
from readerstudy.imaging.likeness import near_duplicates
from readerstudy.imaging.measuring import Measured, measure
from readerstudy.imaging.models import Image
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import eight_bits, encoded, phantom, write, write_png


@pytest.fixture
def images(run: Run, tmp_path: Path) -> list[Image]:
    for number in range(40):
        write_png(tmp_path / "in", f"{number:02}.png", number)
    imported, _ = run(tmp_path / "in")
    return [each.image for each in imported]


def found(images: Sequence[Image], workers: int = 0) -> list[Found]:
    return list(chain.from_iterable(measure(images, workers=workers)))


def measured(images: Sequence[Image]) -> list[Measured]:
    return [Measured(features=Features.from_dict(values), sketch=sketch) for values, sketch in found(images)]


def test_measurements_come_in_the_order_of_the_images(images: list[Image]) -> None:
    first = found(images)
    assert len(first) == 40
    assert found(images[::-1]) == first[::-1]
    assert first[0] != first[1]


def test_worker_processes_measure_the_same(images: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = found(images)
    monkeypatch.setattr(measuring, "WORTH_A_POOL", 0)
    assert found(images, workers=1) == alone


def test_the_same_picture_in_another_compression_and_brightness_is_found(
    run: Run, tmp_path: Path, images: list[Image]
) -> None:
    copy = eight_bits(phantom(3) * 0.9 + 0.05)
    imported, _ = run(write(tmp_path, "copy.jpg", encoded(copy, "JPEG", quality=70)))
    pairs = near_duplicates(measured([*images, imported[0].image]))
    assert [(pair.first, pair.second) for pair in pairs] == [(3, 40)]
    assert pairs[0].similarity > 0.93


def test_a_single_image_has_no_near_duplicates(images: list[Image]) -> None:
    assert near_duplicates(measured(images[:1])) == []
