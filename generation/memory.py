"""Whether a failure was a lack of memory, on a CPU or on an accelerator, and saying so."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from generation.errors import OutOfMemoryError

_SAID = ("allocate memory", "out of memory", "STATUS_ALLOC_FAILED")


def is_out_of_memory(error: BaseException | None) -> bool:
    """Libraries below torch say it in words of their own, and compilation wraps what it caught."""
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(s in str(error) for s in _SAID):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def readable_shortage(sentence: str | None = None) -> Iterator[None]:
    """Turns a lack of memory into a sentence with its remedy."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise OutOfMemoryError(sentence) from error
        raise
