"""A canvas that cannot be is refused with a sentence."""

from typing import Any

import pytest

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import ImpossibleCanvas


def test_a_canvas_knows_its_brightest_value_and_the_size_of_its_buffer() -> None:
    canvas = Canvas(width=256, height=128, bits=16)
    assert canvas.white == 65535
    assert canvas.buffer_bytes == 65536
    assert canvas.fit == "crop"


def test_colours_and_frames_count_in_the_size_of_the_buffer() -> None:
    colour = Canvas(width=256, height=128, bits=8, mode="colour")
    assert (colour.channels, colour.shape, colour.buffer_bytes) == (3, (128, 256, 3), 98304)
    stack = Canvas(width=256, height=128, bits=16, frames=40)
    assert (stack.shape, stack.frame_bytes, stack.buffer_bytes) == ((40, 128, 256), 65536, 40 * 65536)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 8}, "each side has to be 16 to 4096"),
        ({"height": 40_000}, "each side has to be 16 to 4096"),
        ({"bits": 12}, "it has to be 8 or 16"),
        ({"fit": "stretch"}, "it has to be crop or pad"),
        ({"mode": "cmyk"}, "it has to be grey or colour"),
        ({"mode": "colour", "bits": 16}, "colour has 8 bits a channel"),
        ({"frames": 0}, "frames = 0; it has to be 1 to 2000"),
        ({"frames": 9, "play": "film"}, "it has to be stack or cine"),
        ({"frames": 9, "rate_hz": 500}, "above 0 and up to 120"),
        ({"frames": 9, "frame_fit": "blend"}, "it has to be refuse, crop or resample"),
        ({"width": 2048, "height": 2048, "frames": 500}, "at most 512 are possible"),
        ({"spacing_mm": 0.0}, "above 0 and below 1000"),
    ],
)
def test_an_impossible_canvas_is_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ImpossibleCanvas, match=words):
        Canvas(**{"width": 64, "height": 64, "bits": 8, **change})
