"""What the commands say: results on standard output, progress on standard error."""

import math
import sys
import time
from collections.abc import Callable
from typing import Never

from tqdm import tqdm

from generation.sampling.request import Progress

SECONDS_BETWEEN_LINES = 60.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def time_left(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{hours} h {minutes:02} min left"
    return f"{minutes} min left" if minutes else "less than a minute left"


def follow_images() -> Callable[[Progress], None]:
    """One line that changes on a terminal; elsewhere a line a minute."""
    told = time.monotonic()

    def follow(progress: Progress) -> None:
        nonlocal told
        last, terminal = progress.done >= progress.total, sys.stderr.isatty()
        if not (last or terminal or time.monotonic() - told >= SECONDS_BETWEEN_LINES):
            return
        told = time.monotonic()
        left = "" if last else f", {time_left(progress.seconds_left)}"
        line = f"{progress.done} of {progress.total} images, {progress.images_per_second:.1f} images/s{left}"
        sys.stderr.write(f"\r\x1b[K{line}" + "\n" * last if terminal else f"{line}\n")
        sys.stderr.flush()

    return follow


def stage_progress() -> Callable[[str, int, int], None]:
    """A bar for each stage of a long job, that follows (stage, done, total)."""
    bars: dict[str, Callable[[int, int], None]] = {}

    def follow(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = progress_bar(stage)
        bars[stage](done, total)

    return follow


def progress_bar(unit: str) -> Callable[[int, int], None]:
    """A bar that follows (done, total); away from a terminal a line at once, then one a minute."""
    if not sys.stderr.isatty():
        return _lines(unit)
    bar: tqdm[Never] = tqdm(unit=unit)

    def follow(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return follow


def _lines(unit: str) -> Callable[[int, int], None]:
    told = -math.inf

    def follow(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            sys.stderr.write(f"{unit}: {done} of {total}\n")
            sys.stderr.flush()

    return follow
