"""Draw images from a WGAN-GP: each is a function of its noise and conditions, whatever it is drawn with."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from generation.sampling.noise import Source, normal
from generation.wgan.networks import Generator, codes_of


@torch.no_grad()
def draw(
    generator: Generator, conditions: NDArray[np.float32], sources: Sequence[Source]
) -> NDArray[np.float32]:
    """(n, size, size) on -1 to 1 for encoded conditions (n, attributes), NaN where nothing is asked.

    Images are made one by one: kernels round differently for other batch sizes.
    """
    device = next(generator.parameters()).device
    codes = codes_of(torch.from_numpy(conditions))
    images = []
    for row, source in enumerate(sources):
        noise = normal(source, 1, generator.config.noise)
        images.append(generator(noise.to(device), codes[row : row + 1].to(device))[0, 0].cpu())
    drawn: NDArray[np.float32] = torch.stack(images).numpy()
    return drawn
