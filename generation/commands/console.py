"""What the commands say: results on standard output, progress on standard error."""

import sys
from collections.abc import Callable
from typing import Never

from tqdm import tqdm


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def stage_progress() -> Callable[[str, int, int], None]:
    """A bar for each stage of a long job, that follows (stage, done, total)."""
    bars: dict[str, Callable[[int, int], None]] = {}

    def follow(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = progress_bar(stage)
        bars[stage](done, total)

    return follow


def progress_bar(unit: str) -> Callable[[int, int], None]:
    """A bar that follows (done, total)."""
    bar: tqdm[Never] = tqdm(unit=unit, disable=None)

    def follow(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return follow
