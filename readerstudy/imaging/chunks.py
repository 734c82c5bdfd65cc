"""Work on many images chunk by chunk, in other processes where there are some."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from typing import TypeVar

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import read_buffer
from readerstudy.imaging.worker_pool import open_pool

Made = TypeVar("Made")
Chunk = tuple[Sequence[Image], list[Made]]


def in_chunks(
    images: Sequence[Image],
    work: Callable[[Sequence[tuple[bytes, Canvas]]], list[Made]],
    *,
    chunk_bytes: int,
    workers: int,
) -> Iterator[Chunk[Made]]:
    """Images with what was made of each buffer, in their order; `workers` = 0 works in this process."""
    largest = max((image.buffer_bytes for image in images), default=1)
    size = max(1, chunk_bytes // largest)
    pending: deque[tuple[Sequence[Image], Future[list[Made]] | list[Made]]] = deque()
    with open_pool(workers) if workers else nullcontext() as pool:
        for start in range(0, len(images), size):
            chunk = images[start : start + size]
            jobs = [(read_buffer(image), image.canvas) for image in chunk]
            pending.append((chunk, pool.submit(work, jobs) if pool else work(jobs)))
            if len(pending) > workers:
                yield _finished(*pending.popleft())
        while pending:
            yield _finished(*pending.popleft())


def _finished(chunk: Sequence[Image], made: Future[list[Made]] | list[Made]) -> Chunk[Made]:
    return chunk, made.result() if isinstance(made, Future) else made
