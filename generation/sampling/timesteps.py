"""Which timesteps a solver visits."""

import numpy as np
import torch
from torch import Tensor


def quadratic_timesteps(timesteps: int, steps: int) -> Tensor:
    """τ_k = T (k/N)² (Song et al. 2021, appendix D.2): small steps where noise is as weak as fine texture.

    In even steps the last one begins at noise that hides the texture, and what it answers is smooth.
    """
    number = np.arange(steps)
    even = timesteps * ((number + 1) / steps) ** 2 - 1
    chosen = number + np.maximum.accumulate(even.round().astype(np.int64) - number).clip(min=0)
    return torch.from_numpy(chosen[::-1].copy())
