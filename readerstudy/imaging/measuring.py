"""Measure images for the blinding audit, on all cores where that pays."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from readerstudy.imaging.buffer_features import Found, measure_buffers
from readerstudy.imaging.features import Features
from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import read_buffer
from readerstudy.imaging.worker_pool import open_pool

CHUNK_IMAGES = 32
CHUNK_BYTES = 128 * 1024 * 1024
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
    pool = open_pool(workers) if workers else nullcontext()
    pending: deque[Future[list[Found]] | list[Found]] = deque()
    with pool as executor:
        size = _chunk_of(images)
        for start in range(0, len(images), size):
            chunk = images[start : start + size]
            jobs = [(read_buffer(image), image.canvas) for image in chunk]
            pending.append(executor.submit(measure_buffers, jobs) if executor else measure_buffers(jobs))
            if len(pending) > 2 * workers:
                yield _result(pending.popleft())
        while pending:
            yield _result(pending.popleft())


def _chunk_of(images: Sequence[Image]) -> int:
    largest = max((image.buffer_bytes for image in images), default=1)
    return max(1, min(CHUNK_IMAGES, CHUNK_BYTES // largest))


def _result(found: Future[list[Found]] | list[Found]) -> list[Found]:
    return found.result() if isinstance(found, Future) else found
