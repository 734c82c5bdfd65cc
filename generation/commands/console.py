"""What the commands say: results on standard output, progress on standard error."""

import sys
from collections.abc import Callable

from tqdm import tqdm


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress_bar(unit: str) -> Callable[[int, int], None]:
    """A bar that follows (done, total)."""
    bar: tqdm[None] | None = None

    def follow(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, unit=unit, initial=0, disable=None)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return follow
