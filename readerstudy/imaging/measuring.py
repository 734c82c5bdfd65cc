"""Measure images for the blinding audit, on all cores where that pays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from readerstudy.imaging.buffer_features import Found, measure_buffers
from readerstudy.imaging.chunks import in_chunks
from readerstudy.imaging.features import Features
from readerstudy.imaging.models import Image

CHUNK_BYTES = 4 * 1024 * 1024
# Starting processes takes about as long as measuring this many images of 256 × 256 pixels.
WORTH_A_POOL = 128


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the audit may know of an image: its format, how its original was stored, whom it belongs with."""

    features: Features
    sketch: bytes
    #: Of images in colour or with several frames.
    more: dict[str, float] = field(default_factory=dict)
    group: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def measure(images: Sequence[Image], *, workers: int = 2) -> Iterator[list[Found]]:
    """The features and the sketch of each image, in chunks, in the order of the images."""
    workers = workers if len(images) > WORTH_A_POOL else 0
    for _, found in in_chunks(images, measure_buffers, chunk_bytes=CHUNK_BYTES, workers=workers):
        yield found
