"""Which device to compute on."""

import torch


def usable_device(*, cpu: bool = False) -> torch.device:
    """The GPU where there is one, unless the CPU was asked for."""
    return torch.device("cuda" if torch.cuda.is_available() and not cpu else "cpu")
