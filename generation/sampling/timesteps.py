"""Which timesteps a solver visits."""

import numpy as np
import torch
from torch import Tensor

#: The share of the noise's end where brightness and outline are settled.
_EARLY = 0.1


def visited_timesteps(timesteps: int, steps: int) -> Tensor:
    """A quarter of the steps in the first tenth of the way, the others behind it, both on parabolas.

    In even steps the last one begins at noise that hides the texture, and what it answers is smooth
    (Song et al. 2021, appendix D.2). One long step out of the noise answers the mean of all images, as
    thousands of pixels together tell brightness and contrast where a single one tells nothing.
    """
    early = (steps + 1) // 4
    late, turn = steps - early, timesteps * (1 - _EARLY * (early > 0))
    below = turn * ((np.arange(late) + 1) / late) ** 2
    above = timesteps - (timesteps - turn) * (np.arange(early, 0, -1) - 1) ** 2 / max(early, 1) ** 2
    even, number = np.concatenate([below, above]) - 1, np.arange(steps)
    chosen = number + np.maximum.accumulate(even.round().astype(np.int64) - number).clip(min=0)
    return torch.from_numpy(np.minimum(chosen, timesteps - steps + number)[::-1].copy())
