"""Buffers are whole or absent, and damage is noticed."""

import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from readerstudy.imaging import delivery
from readerstudy.imaging.errors import DamagedPixels, MissingPixels
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of
from readerstudy.imaging.obvious_fakes import make_obvious_fake
from readerstudy.imaging.storage import read_buffer, write_buffers
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import DEEP, SQUARE, eight_bits, phantom, write_png


def test_pixels_come_back_as_they_were_imported(run: Run, tmp_path: Path) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3))
    assert delivery.pixels(imported[0].image) == eight_bits(phantom(3)).tobytes()
    assert np.array_equal(delivery.array(imported[0].image), eight_bits(phantom(3)))


def test_a_changed_byte_in_the_storage_is_noticed(run: Run, tmp_path: Path, stored: Path) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3))
    path = stored / imported[0].image.key
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedPixels, match="is not what was imported"):
        delivery.pixels(imported[0].image)


def test_a_lost_buffer_is_noticed_and_another_import_mends_it(run: Run, tmp_path: Path, stored: Path) -> None:
    path = write_png(tmp_path, "a.png", 3)
    imported, _ = run(path)
    (stored / imported[0].image.key).unlink()
    with pytest.raises(MissingPixels, match="Import the original again"):
        delivery.pixels(imported[0].image)
    run(path)
    assert len(delivery.pixels(imported[0].image)) == SQUARE.buffer_bytes


def test_a_write_that_fails_leaves_nothing_behind(
    run: Run, tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        run(write_png(tmp_path, "a.png", 3))
    assert not [path for path in stored.rglob("*") if path.is_file()]
    assert not Image.objects.exists()


def test_reading_again_does_not_touch_the_storage(run: Run, tmp_path: Path, stored: Path) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3))
    first = delivery.pixels(imported[0].image)
    (stored / imported[0].image.key).unlink()
    assert delivery.pixels(imported[0].image) == first


def test_what_others_looked_at_is_not_ready_sooner_in_another_study(
    run: Run, tmp_path: Path, stored: Path
) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3))
    delivery.pixels(imported[0].image, scope=1)
    delivery.thumbnail_png(imported[0].image, scope=1)
    (stored / imported[0].image.key).unlink()
    with pytest.raises(MissingPixels):
        delivery.pixels(imported[0].image, scope=2)
    with pytest.raises(MissingPixels):
        delivery.thumbnail_png(imported[0].image, scope=2)


def test_what_the_staff_look_at_is_not_ready_sooner_for_a_reader(
    run: Run, tmp_path: Path, stored: Path
) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3))
    delivery.thumbnail_png(imported[0].image)
    (stored / imported[0].image.key).unlink()
    with pytest.raises(MissingPixels):
        delivery.pixels(imported[0].image)


def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    cache = delivery.ByteCache(10)
    cache.put("a", bytes(4))
    cache.put("b", bytes(4))
    assert cache.get("a") is not None
    cache.put("c", bytes(4))
    assert cache.get("b") is None
    assert cache.get("a") is not None


@pytest.mark.parametrize("canvas", [SQUARE, DEEP])
def test_a_thumbnail_is_a_small_png_without_any_text(run: Run, tmp_path: Path, canvas: Any) -> None:
    imported, _ = run(write_png(tmp_path, "a.png", 3), canvas=canvas)
    thumbnail = PIL.Image.open(BytesIO(delivery.thumbnail_png(imported[0].image, 32)))
    assert thumbnail.size == (32, 32)
    assert thumbnail.mode == "L"
    assert thumbnail.info == {}
    assert np.asarray(thumbnail).std() > 10


def test_an_import_clears_what_killed_ones_left_and_nothing_that_is_being_written(
    run: Run, tmp_path: Path, stored: Path, settings: Any
) -> None:
    settings.PACKED_FOLDER = tmp_path / "packed"
    two_days_ago = time.time() - 2 * 86_400
    left: list[Path] = []
    written: list[Path] = []
    kept: list[Path] = []
    for folder in (stored / "ab", settings.PACKED_FOLDER / "scope"):
        folder.mkdir(parents=True)
        for name, files in ((".writing-left", left), (".writing-now", written), ("abc", kept)):
            files.append(folder / name)
            files[-1].write_bytes(b"half")
    for path in (*left, *kept):
        os.utime(path, (two_days_ago, two_days_ago))
    run(write_png(tmp_path, "a.png", 3))
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*written, *kept))


def test_two_plans_make_the_same_obvious_fake_at_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    imported, _ = run(tmp_path / "in")
    canvas = imported[0].image.canvas

    def write(buffers: list[tuple[str, bytes]]) -> None:
        write_buffers(buffers)
        Image.in_canvas(canvas, digest_of(buffers[0][1], canvas)).save()  # the other plan is first

    monkeypatch.setattr("readerstudy.imaging.obvious_fakes.write_buffers", write)
    fake = make_obvious_fake(imported[0].image)
    assert fake == Image.objects.exclude(pk=imported[0].image.pk).get()
    assert read_buffer(fake) != read_buffer(imported[0].image)
