"""Whether a failure was a lack of memory, on a CPU or on an accelerator."""

import torch

_SAID = ("allocate memory", "out of memory", "STATUS_ALLOC_FAILED")


def is_out_of_memory(error: BaseException | None) -> bool:
    """Libraries below torch say it in words of their own, and compilation wraps what it caught."""
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(s in str(error) for s in _SAID):
            return True
        error = error.__cause__ or error.__context__
    return False
