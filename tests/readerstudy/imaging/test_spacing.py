"""Where the canvas has a spacing, originals that say theirs are brought to it; black fills what they lack."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from readerstudy.imaging import delivery
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import BadManifest
from readerstudy.imaging.manifest import parse_manifest
from readerstudy.imaging.normalise import Buffer, prepare
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import dicom, dicom_bytes, eight_bits, encoded, phantom, write

CANVAS = Canvas(width=64, height=64, bits=8, spacing_mm=0.5)
GREY = eight_bits(phantom(3))


def shown(spacing: Any, pixels: NDArray[np.uint8] = GREY) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    outcome = prepare(dicom_bytes(dicom(pixels, PixelSpacing=spacing)), "a.dcm", CANVAS)
    assert isinstance(outcome, Buffer)
    return np.frombuffer(outcome.pixels, np.uint8).reshape(64, 64), outcome.facts


def test_an_original_of_the_canvas_and_its_spacing_is_not_touched() -> None:
    found, facts = shown([0.5005, 0.5])
    assert np.array_equal(found, GREY)
    assert (facts["spacing"], facts["lost"]) == (0.5005, 0.0)


def test_finer_pixels_shrink_and_are_framed_in_black() -> None:
    found, facts = shown([0.25, 0.25])
    assert (found[16:48, 16:48] > 0).all()
    assert found[:16].max() == found[48:].max() == found[:, :16].max() == found[:, 48:].max() == 0
    assert facts["lost"] == 0.0


def test_coarser_pixels_grow_and_what_hangs_over_is_cut_off() -> None:
    found, facts = shown([1.0, 1.0])
    assert (found > 0).all()
    assert facts["lost"] == 0.75
    assert abs(found.mean() - GREY[16:48, 16:48].mean()) < 2


def test_pixels_that_are_no_squares_become_squares() -> None:
    found, _ = shown([0.5, 0.25])
    assert (found[:, 16:48] > 0).all()
    assert found[:, :16].max() == 0


def test_a_manifest_may_say_the_spacing_of_files_that_cannot(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, f"in/{name}.png", encoded(GREY))
    write(tmp_path, "in/manifest.csv", b"file,spacing_mm,grade\na.png,0.25,1\nb.png,,2\n")
    imported, refused = run(tmp_path / "in", canvas=CANVAS)
    assert refused == {}
    assert [each.labels for each in imported] == [{"grade": "1"}, {"grade": "2"}]
    first, second = (delivery.array(each.image) for each in imported)
    assert first[:16].max() == 0
    assert np.array_equal(second, GREY)
    assert imported[0].fingerprint != imported[1].fingerprint


@pytest.mark.parametrize("said", ["wide", "0", "-1", "nan", "2000"])
def test_a_spacing_that_cannot_be_is_refused_with_its_row(said: str) -> None:
    with pytest.raises(BadManifest, match="Write the millimetres between two pixels"):
        parse_manifest(f"file,spacing_mm\na.png,{said}\n")
