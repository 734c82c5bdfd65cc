"""Requests for the images of a study, which nobody else can make again before the unblinding."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.models import Study
from readerstudy.synthesis.generate import request_of
from readerstudy.truth.secrets import pixel_seed

if TYPE_CHECKING:
    from generation import SampleRequest


def request_for(study: Study, values: Mapping[str, Any], *, series: int) -> "SampleRequest":
    """A request whose seed comes from a secret of the study; the same series gives the same images.

    An image is a function of its checkpoint and seed. Had a person chosen the seed, a reader who has the
    checkpoint could try seeds, make the images again and recognise them on the screen.
    """
    return request_of({**values, "seed": pixel_seed(study, series), "hidden_seed": True})


def size_warning(canvas: Canvas, size_px: int) -> str:
    """Say that images of this side will be resampled to the canvas; empty if they fit as they are."""
    if canvas.width == canvas.height == size_px:
        return ""
    return (
        f"This model makes images of {size_px} × {size_px} pixels, and the study's canvas is "
        f"{canvas.width} × {canvas.height}. Images that are resampled tend to fail the blinding audit. Use a "
        "model of the size of the canvas, or change the canvas in the protocol."
    )
