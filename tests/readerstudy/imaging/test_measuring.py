"""Images are measured once, and pictures that are nearly the same are found."""

from pathlib import Path

import numpy as np
import pytest

from readerstudy.imaging import measuring
from readerstudy.imaging.likeness import near_duplicates, same_patient_groups
from readerstudy.imaging.measuring import measure
from readerstudy.imaging.models import Image, Measurement
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import eight_bits, encoded, phantom, write, write_png


@pytest.fixture
def images(run: Run, tmp_path: Path) -> list[Image]:
    for number in range(30):
        write_png(tmp_path / "in", f"{number:02}.png", number)
    imported, _ = run(tmp_path / "in")
    return [each.image for each in imported]


def test_measurements_come_in_the_order_of_the_images_and_are_kept(
    images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure(images)
    assert [each.image_id for each in first] == [image.pk for image in images]
    monkeypatch.setattr(measuring, "measure_buffers", lambda jobs: pytest.fail("measured again"))
    assert measure(images[::-1]) == first[::-1]


def test_measurements_of_an_older_kind_are_made_anew(images: list[Image]) -> None:
    first = measure(images)
    Measurement.objects.update(version=0, features={})
    assert measure(images) == first
    assert Measurement.objects.count() == len(images)


def test_worker_processes_measure_the_same(images: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = measure(images)
    Measurement.objects.all().delete()
    monkeypatch.setattr(measuring, "WORTH_A_POOL", 0)
    told: list[tuple[int, int]] = []
    assert measure(images, workers=1, on_progress=lambda *counts: told.append(counts)) == alone
    assert told == [(30, 30)]


def test_facts_and_groups_travel_with_the_measurement(run: Run, tmp_path: Path) -> None:
    manifest = write(tmp_path, "m.csv", b"file,patient\na.png,P1\n")
    imported, _ = run(write_png(tmp_path, "a.png", 1), manifest=manifest)
    measured = measure([imported[0].image])[0]
    assert measured.group == imported[0].image.group != ""
    assert measured.facts["container"] == "PNG"


def test_the_same_picture_in_another_compression_and_brightness_is_found(
    run: Run, tmp_path: Path, images: list[Image]
) -> None:
    copy = eight_bits(phantom(3) * 0.9 + 0.05)
    imported, _ = run(write(tmp_path, "copy.jpg", encoded(copy, "JPEG", quality=70)))
    pairs = near_duplicates([*images, imported[0].image])
    assert [(pair.first, pair.second) for pair in pairs] == [(images[3], imported[0].image)]
    assert pairs[0].similarity > 0.93


def test_a_single_image_has_no_near_duplicates(images: list[Image]) -> None:
    assert near_duplicates(images[:1]) == []


def test_images_of_one_patient_are_shown_together(images: list[Image]) -> None:
    for at, image in enumerate(images[:5]):
        image.group = "a" if at < 3 else "b"
    images[5].group = "c"
    groups = same_patient_groups(images)
    assert [len(group) for group in groups] == [3, 2]
    assert np.unique([image.group for image in groups[0]]).tolist() == ["a"]
