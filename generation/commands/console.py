"""What the commands say: results on standard output, progress on standard error."""

import sys
from collections.abc import Callable
from typing import Never

from tqdm import tqdm


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress_bar(unit: str) -> Callable[[int, int], None]:
    """A bar that follows (done, total)."""
    bar: tqdm[Never] = tqdm(unit=unit, disable=None)

    def follow(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return follow
