"""Each format feature answers to the trace it is named after, and to little else."""

from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from readerstudy.imaging.features import FEATURE_NAMES, Features, features_of, sketch_of
from tests.readerstudy.imaging.phantoms import eight_bits, encoded, phantom, sixteen_bits

PLAIN = eight_bits(phantom(height=128, width=128))


def through_jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    return np.asarray(PIL.Image.open(BytesIO(encoded(pixels, "JPEG", quality=quality))))


def enlarged(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = PIL.Image.fromarray(pixels).resize((90, 90), PIL.Image.Resampling.BICUBIC)
    return np.asarray(small.resize((128, 128), PIL.Image.Resampling.BICUBIC))


def marked(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    marked = pixels.copy()
    marked[6:14, 6:8] = marked[12:14, 6:12] = 250
    return marked


def bordered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    bordered = pixels.copy()
    bordered[:5] = bordered[-5:] = 0
    return bordered


CASES: dict[str, tuple[NDArray[np.uint8], float]] = {
    "dct_comb": (through_jpeg(PLAIN, 90), 0.3),
    "grid": (through_jpeg(PLAIN, 50), 0.3),
    "comb": ((PLAIN // 2 * 2).astype(np.uint8), 0.5),
    "pure_black": (bordered(PLAIN), 0.05),
    "border_rows": (bordered(PLAIN), 0.05),
    "border_columns": (np.ascontiguousarray(bordered(PLAIN).T), 0.05),
    "corner_marks": (marked(PLAIN), 0.002),
    "corner_spots": (marked(PLAIN), 0.002),
    "noise_quiet": (eight_bits(phantom(height=128, width=128, noise=0.03)), 0.2),
    "noise_correlation": (enlarged(PLAIN), -1.0),
    "top_band": (enlarged(PLAIN), -1.0),
    "slope_high": (enlarged(PLAIN), -1.0),
    "flat": (np.repeat(np.repeat(PLAIN[:64, :64], 2, axis=0), 2, axis=1), 0.2),
    "pure_white": (np.where(PLAIN > 180, 255, PLAIN).astype(np.uint8), 0.01),
}


@pytest.mark.parametrize("name", CASES)
def test_a_feature_answers_to_its_trace(name: str) -> None:
    changed, least = CASES[name]
    before, after = (getattr(features_of(pixels, 8), name) for pixels in (PLAIN, changed))
    if least > 0:
        assert after - before > least
    else:
        assert after != pytest.approx(before, abs=0.05)


def test_a_jpeg_of_high_quality_leaves_a_trace_that_no_eye_sees() -> None:
    before, after = features_of(PLAIN, 8), features_of(through_jpeg(PLAIN, 95), 8)
    assert after.dct_comb > before.dct_comb + 0.15
    assert abs(after.grid - before.grid) < 0.1


def test_missing_levels_show_at_both_depths() -> None:
    picture = phantom(height=128, width=128)
    whole, coarse = sixteen_bits(picture), eight_bits(picture).astype(np.uint16) * 257
    assert features_of(whole, 16).distinct > 0.9
    assert features_of(coarse, 16).distinct < 0.2
    assert features_of((PLAIN // 2 * 2).astype(np.uint8), 8).distinct < 0.6


def test_depth_alone_changes_no_feature_of_the_picture() -> None:
    picture = phantom(height=128, width=128)
    shallow, deep = features_of(eight_bits(picture), 8), features_of(sixteen_bits(picture), 16)
    for name in ("noise", "slope_middle", "slope_high", "border_rows", "corner_marks"):
        assert getattr(shallow, name) == pytest.approx(getattr(deep, name), abs=0.05)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((64, 64), dtype=np.uint8),
        np.full((64, 64), 255, dtype=np.uint8),
        np.zeros((16, 300), dtype=np.uint8),
        np.indices((64, 64)).sum(axis=0).astype(np.uint8) % 2 * 255,
        np.random.default_rng(0).integers(0, 65536, (17, 31)).astype(np.uint16),
    ],
)
def test_no_picture_is_too_strange_to_be_measured(pixels: NDArray[Any]) -> None:
    features = features_of(pixels, pixels.dtype.itemsize * 8)
    assert np.isfinite(list(features.as_dict().values())).all()


def test_features_survive_their_storage() -> None:
    features = features_of(PLAIN, 8)
    assert Features.from_dict(features.as_dict()) == features
    assert set(features.as_dict()) == set(FEATURE_NAMES)


def test_a_sketch_is_the_mean_and_the_texture_of_tiles() -> None:
    sketch = np.frombuffer(sketch_of(PLAIN, 8), dtype=np.uint8).reshape(2, 16, 16)
    expected = PLAIN.reshape(16, 8, 16, 8).mean(axis=(1, 3))
    assert np.abs(sketch[0] - expected).max() <= 0.6
    assert sketch[1].min() > 0
