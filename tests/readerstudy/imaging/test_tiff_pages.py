"""The pages of a TIFF are counted as Pillow counts them, in time that grows with their number alone."""

import struct
import time
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest

from readerstudy.imaging.decode import decode
from readerstudy.imaging.errors import SeveralFrames
from readerstudy.imaging.tiff_pages import count_pages
from tests.readerstudy.imaging.test_hostile_films import many_pages

PICTURE = PIL.Image.fromarray(np.arange(1024, dtype=np.uint8).reshape(32, 32))


def saved(pages: int, mode: str = "L", *, big: bool = False) -> bytes:
    out, picture = BytesIO(), PICTURE.convert(mode)
    picture.save(out, "TIFF", save_all=True, append_images=[picture] * (pages - 1), big_tiff=big)
    return out.getvalue()


@pytest.mark.parametrize("pages", [1, 2, 7])
@pytest.mark.parametrize(("mode", "big"), [("L", False), ("L", True), ("I;16B", False)])
def test_pages_are_counted_as_pillow_counts_them(pages: int, mode: str, big: bool) -> None:
    data = saved(pages, mode, big=big)
    assert data[:2] == (b"MM" if mode == "I;16B" else b"II")
    picture: Any = PIL.Image.open(BytesIO(data))
    assert count_pages(data, most=99) == picture.n_frames == pages


def test_a_chain_that_bites_its_tail_ends_there() -> None:
    data = bytearray(saved(1))
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    assert count_pages(bytes(data), most=99) == 1
    assert decode(bytes(data), name="a.tif").levels.shape == (32, 32)


def test_200_000_pages_are_refused_as_a_still_at_once() -> None:
    data, begun = many_pages(), time.process_time()
    with pytest.raises(SeveralFrames, match="holds more than 999 pages"):
        decode(data, name="a.tif")
    assert time.process_time() - begun < 0.5
