"""A decoder that dies is a refused file. What runs in the workers must be importable without the platform."""

import os

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import CrashedDecoder, NotAnImage, TooMuchMemory
from readerstudy.imaging.normalise import Original
from readerstudy.imaging.worker_pool import Outcome, WorkerPool

CANVAS = Canvas(width=64, height=64, bits=8)


def crash_on_marker(data: Original, name: str, canvas: Canvas) -> Outcome:
    if data == b"crash":
        os._exit(11)
    return NotAnImage(name)


def hang_on_marker(data: Original, name: str, canvas: Canvas) -> Outcome:
    while data == b"hang":
        pass
    return NotAnImage(name)


def swallow_on_marker(data: Original, name: str, canvas: Canvas) -> Outcome:
    try:
        return NotAnImage(str(len(bytes(8 * 1024**3))))
    except MemoryError:
        return TooMuchMemory()


def test_a_decoder_that_hangs_is_killed_and_its_file_refused() -> None:
    jobs = [(b"hang", "a"), (b"fine", "b")]
    with WorkerPool(CANVAS, 1, prepare=hang_on_marker, most_seconds=0.2) as pool:
        outcomes = pool.finish(pool.begin(jobs), jobs)
    assert isinstance(outcomes[0], CrashedDecoder)
    assert str(outcomes[1]) == "b"


def test_a_decoder_that_asks_for_too_much_memory_gets_none() -> None:
    jobs = [(b"", "a")]
    with WorkerPool(CANVAS, 1, prepare=swallow_on_marker) as pool:
        assert isinstance(pool.finish(pool.begin(jobs), jobs)[0], TooMuchMemory)


def test_a_decoder_that_crashes_takes_one_file_with_it() -> None:
    jobs = [(b"fine", "a"), (b"crash", "b"), (b"fine", "c")]
    with WorkerPool(CANVAS, 1, prepare=crash_on_marker) as pool:
        begun = [(pool.begin(part), part) for part in (jobs, jobs[:1])]
        outcomes = [outcome for future, part in begun for outcome in pool.finish(future, part)]
    assert isinstance(outcomes[1], CrashedDecoder)
    assert [str(outcome) for outcome in outcomes if outcome is not outcomes[1]] == ["a", "c", "a"]
