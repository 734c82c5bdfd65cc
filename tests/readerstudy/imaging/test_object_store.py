"""Images live as well in an S3-compatible store as in a folder."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from readerstudy.imaging import delivery
from readerstudy.imaging.errors import DamagedPixels, MissingPixels
from readerstudy.imaging.importing import Imported, Seen, fingerprint, import_files, nothing_seen
from readerstudy.imaging.models import Image
from tests.readerstudy.imaging.phantoms import SQUARE, eight_bits, phantom, write_png
from tests.readerstudy.object_store import a_bucket


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Any]:
    with a_bucket(monkeypatch) as made:
        yield made


def imported(*paths: Path, seen: Seen = nothing_seen) -> list[Image]:
    outcomes = import_files(paths, canvas=SQUARE, by=None, workers=0, seen=seen)
    return [outcome.image for outcome in outcomes if isinstance(outcome, Imported)]


def write_many(folder: Path, count: int) -> list[Path]:
    return [write_png(folder, f"{seed}.png", seed) for seed in range(count)]


def test_pixels_come_back_as_they_were_imported(bucket: Any, tmp_path: Path) -> None:
    images = imported(*write_many(tmp_path, 20))
    for seed, image in enumerate(images):
        assert np.array_equal(delivery.array(image), eight_bits(phantom(seed)))
    assert {row.key for row in bucket.objects.all()} == {f"pixels/{image.key}" for image in images}


def test_pixels_of_files_seen_before_are_not_written_again(bucket: Any, tmp_path: Path) -> None:
    paths = write_many(tmp_path, 3)
    images = dict(zip(paths, imported(*paths), strict=True))
    known = {
        fingerprint(hashlib.sha256(path.read_bytes()).digest(), SQUARE): image
        for path, image in images.items()
    }
    bucket.Versioning().enable()
    imported(*paths, seen=lambda asked: known)
    assert all(version.id == "null" for version in bucket.object_versions.all())


def test_an_object_that_was_lost_is_written_again(bucket: Any, tmp_path: Path) -> None:
    paths = write_many(tmp_path, 3)
    [first, *_] = imported(*paths)
    bucket.Object(f"pixels/{first.key}").delete()
    imported(*paths)
    assert delivery.array(first).any()
    assert len(list(bucket.objects.all())) == 3


def test_a_lost_object_is_noticed(bucket: Any, tmp_path: Path) -> None:
    [image] = imported(*write_many(tmp_path, 1))
    bucket.Object(f"pixels/{image.key}").delete()
    with pytest.raises(MissingPixels, match="restore the storage from a backup"):
        delivery.pixels(image)


def test_a_changed_object_is_noticed(bucket: Any, tmp_path: Path) -> None:
    [image] = imported(*write_many(tmp_path, 1))
    bucket.Object(f"pixels/{image.key}").put(Body=bytes(SQUARE.buffer_bytes))
    with pytest.raises(DamagedPixels, match="is not what was imported"):
        delivery.pixels(image)


def test_a_part_of_a_large_image_is_fetched_alone(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image,) = imported(*write_many(tmp_path, 1))
    monkeypatch.setattr(delivery, "LARGEST_HELD_BYTES", 1)
    body = delivery.body(image)
    assert bytes(body.read(64, 128)) == delivery.pixels(image)[64:128]
    assert body.length == image.buffer_bytes
