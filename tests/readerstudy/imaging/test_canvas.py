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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 8}, "each side has to be 16 to 4096"),
        ({"height": 40_000}, "each side has to be 16 to 4096"),
        ({"bits": 12}, "it has to be 8 or 16"),
        ({"fit": "stretch"}, "it has to be crop or pad"),
    ],
)
def test_an_impossible_canvas_is_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ImpossibleCanvas, match=words):
        Canvas(**{"width": 64, "height": 64, "bits": 8, **change})
