"""Decode in worker processes: on all cores, and a crashing decoder costs only its own file."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import CrashedDecoder, Refusal
from readerstudy.imaging.files import open_shelf
from readerstudy.imaging.normalise import Buffer, Original, prepare

# An image of 64 megapixels takes about 1.5 GB on its way.
MOST_MEMORY_BYTES = 6 * 1024**3
MOST_SECONDS = 120.0

Job = tuple[Original, str]
Outcome = Buffer | Refusal


Prepare = Callable[[Original, str, Canvas], Outcome]


def prepare_all(jobs: Sequence[Job], canvas: Canvas, prepare: Prepare) -> list[Outcome]:
    return [prepare(data, name, canvas) for data, name in jobs]


def prepare_within_limits(
    jobs: Sequence[Job], canvas: Canvas, prepare: Prepare, most_seconds: float, folder: Path | None
) -> list[Outcome]:
    """Run in a worker: a file that takes too long is stopped by an alarm and counts as a crash.

    The processor's time counts, so that on a busy machine nothing is refused for waiting its turn. With a
    `folder` buffers are written there, and only their names go back: passing them on takes longer.
    """
    outcomes: list[Outcome] = []
    with open_shelf(folder) if folder is not None else nullcontext() as shelf:
        for data, name in jobs:
            signal.setitimer(signal.ITIMER_PROF, most_seconds)
            outcome = prepare(data, name, canvas)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if shelf is not None and isinstance(outcome, Buffer) and outcome.pixels is not None:
                shelf.put(outcome.digest, outcome.pixels)
                outcome = replace(outcome, pixels=None)
            outcomes.append(outcome)
    return outcomes


def begin_worker() -> None:
    """Limit the worker's memory, and exit when the parent is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Exit with the parent: a killed parent cannot stop its workers, which would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def open_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that have no database and end with their parent."""
    # A forked child would share the database connection and the locks of other threads.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker)


class WorkerPool(ExitStack):
    """A pool of processes, or the caller's own process where `workers` is 0.

    Processes write what they make below `folder`; otherwise buffers come back with their pixels.
    """

    def __init__(
        self,
        canvas: Canvas,
        workers: int,
        *,
        prepare: Prepare = prepare,
        most_seconds: float = MOST_SECONDS,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self._canvas = canvas
        self._prepare = prepare
        self._rest = (canvas, prepare, most_seconds, folder)
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self.callback(self._close)

    def begin(self, jobs: Sequence[Job]) -> Future[list[Outcome]]:
        if self._workers == 0 or not jobs:
            done: Future[list[Outcome]] = Future()
            done.set_result(prepare_all(jobs, self._canvas, self._prepare))
            return done
        try:
            return self._open().submit(prepare_within_limits, jobs, *self._rest)
        except BrokenProcessPool:
            self._close()
            return self._open().submit(prepare_within_limits, jobs, *self._rest)

    def finish(self, future: Future[list[Outcome]], jobs: Sequence[Job]) -> list[Outcome]:
        try:
            return future.result()
        except BrokenProcessPool:
            return self._one_by_one(jobs)

    def _one_by_one(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Decode the files one at a time to find the one that crashed its process."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(jobs):
            with open_pool(1) as pool:
                try:
                    for job in jobs[len(outcomes) :]:
                        outcomes += pool.submit(prepare_within_limits, [job], *self._rest).result()
                except BrokenProcessPool:
                    outcomes.append(CrashedDecoder())
        return outcomes

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = open_pool(self._workers)
        return self._pool

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
