"""Noise in which every bit of a seed counts.

torch's generator of a CPU takes the last 32 bits of a seed. So few can all be tried out: whoever has the
checkpoint goes back from an image to its noise and compares. Hidden seeds are longer and go to numpy.
"""

import numpy as np
import torch
from torch import Tensor

#: Where noise comes from: torch for seeds that anybody may know, as ever; numpy for longer ones.
Source = torch.Generator | np.random.Generator
LONGEST_FOR_TORCH = 64


def source_of(seed: int, number: int) -> Source:
    """The source of noise of one image, or of all images of one patient, of a request with this seed."""
    if seed.bit_length() > LONGEST_FOR_TORCH:
        return np.random.default_rng([seed, number, 2])  # 1 draws its conditions
    return torch.Generator().manual_seed(image_seed(seed, number))


def image_seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0] >> 1)


def normal(source: Source, *shape: int) -> Tensor:
    """Draw standard normal numbers."""
    if isinstance(source, torch.Generator):
        return torch.randn(*shape, generator=source)
    return torch.from_numpy(source.standard_normal(shape, dtype=np.float32))
