"""Decoding in processes of their own: on all cores, and a decoder that crashes takes one file with it."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import CrashedDecoder, Refusal
from readerstudy.imaging.normalise import Buffer, prepare

# A forked child would share the database connection and the locks of other threads.
SPAWN = multiprocessing.get_context("spawn")

Job = tuple[bytes, str]
Outcome = Buffer | Refusal


Prepare = Callable[[bytes, str, Canvas], Outcome]


def prepare_all(jobs: Sequence[Job], canvas: Canvas, prepare: Prepare) -> list[Outcome]:
    return [prepare(data, name, canvas) for data, name in jobs]


class Workshop:
    """A pool of processes, or the caller's own process where `workers` is 0."""

    def __init__(self, canvas: Canvas, workers: int, *, prepare: Prepare = prepare) -> None:
        self._canvas = canvas
        self._prepare = prepare
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def begin(self, jobs: Sequence[Job]) -> Future[list[Outcome]]:
        if self._workers == 0:
            done: Future[list[Outcome]] = Future()
            done.set_result(prepare_all(jobs, self._canvas, self._prepare))
            return done
        try:
            return self._open().submit(prepare_all, jobs, self._canvas, self._prepare)
        except BrokenProcessPool:
            self._close()
            return self._open().submit(prepare_all, jobs, self._canvas, self._prepare)

    def finish(self, future: Future[list[Outcome]], jobs: Sequence[Job]) -> list[Outcome]:
        try:
            return future.result()
        except BrokenProcessPool:
            return self._one_by_one(jobs)

    def _one_by_one(self, jobs: Sequence[Job]) -> list[Outcome]:
        """One of the files killed its process: in a pool of its own, the guilty one shows."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(jobs):
            with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
                try:
                    for job in jobs[len(outcomes) :]:
                        outcomes += pool.submit(prepare_all, [job], self._canvas, self._prepare).result()
                except BrokenProcessPool:
                    outcomes.append(CrashedDecoder())
        return outcomes

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._workers, mp_context=SPAWN)
        return self._pool

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
