"""Measure images for the blinding audit, once each: on all cores, and kept in a table."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from readerstudy.imaging.features import VERSION, Features, Found, measure_buffers
from readerstudy.imaging.models import Image, Measurement
from readerstudy.imaging.storage import read_buffer
from readerstudy.imaging.workshop import open_pool

CHUNK_IMAGES = 32
# Starting processes takes about as long as measuring this many images of 256 × 256 pixels.
WORTH_A_POOL = 128


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the audit may know of an image: its format, how its original was stored, whom it belongs with."""

    image_id: int
    features: Features
    sketch: bytes
    group: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def measure(
    images: Sequence[Image], *, workers: int = 2, on_progress: Callable[[int, int], None] | None = None
) -> list[Measured]:
    """The measurements of the images, in their order; new ones are stored as they come."""
    known = {
        row.image_id: row
        for row in Measurement.objects.filter(version=VERSION, image__in={image.pk for image in images})
    }
    missing = list({image.pk: image for image in images if image.pk not in known}.values())
    done = len(images) - len(missing)
    for rows in _measure_all(missing, workers if len(missing) > WORTH_A_POOL else 0):
        _keep(rows)
        known.update({row.image_id: row for row in rows})
        done += len(rows)
        if on_progress is not None:
            on_progress(done, len(images))
    return [_measured(image, known[image.pk]) for image in images]


def _measure_all(images: Sequence[Image], workers: int) -> Iterator[list[Measurement]]:
    pool = open_pool(workers) if workers else nullcontext()
    pending: deque[tuple[Sequence[Image], Future[list[Found]] | list[Found]]] = deque()
    with pool as executor:
        for start in range(0, len(images), CHUNK_IMAGES):
            chunk = images[start : start + CHUNK_IMAGES]
            jobs = [(read_buffer(image), image.width, image.height, image.bits) for image in chunk]
            found = executor.submit(measure_buffers, jobs) if executor else measure_buffers(jobs)
            pending.append((chunk, found))
            if len(pending) > 2 * workers:
                yield _rows(*pending.popleft())
        while pending:
            yield _rows(*pending.popleft())


def _rows(images: Sequence[Image], found: Future[list[Found]] | list[Found]) -> list[Measurement]:
    values = found.result() if isinstance(found, Future) else found
    return [
        Measurement(image=image, version=VERSION, features=features, sketch=sketch)
        for image, (features, sketch) in zip(images, values, strict=True)
    ]


def _keep(rows: Sequence[Measurement]) -> None:
    Measurement.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["image"],
        update_fields=["version", "features", "sketch"],
    )


def _measured(image: Image, row: Measurement) -> Measured:
    return Measured(
        image_id=image.pk,
        features=Features.from_dict(row.features),
        sketch=bytes(row.sketch),
        group=image.group,
        facts=image.facts,
    )
