"""Draw images from a WGAN-GP: one generator of randomness an image, the same image in any batch."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.errors import RequestError, UnknownConditionError
from generation.wgan.networks import Generator

# Every forward pass has this many rows, padded where fewer are wanted: kernels chosen by shape would
# otherwise round differently in another batch.
ROWS = 16


def noise_of(seed: int, index: int, width: int) -> Tensor:
    """The noise of image `index`; SeedSequence keeps neighbouring seeds apart."""
    stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, index])))
    return torch.from_numpy(stream.standard_normal(width, dtype=np.float32))


def codes_of(generator: Generator, conditions: Mapping[str, str]) -> Tensor:
    """One row of codes; a condition that is not stated gets the 'not stated' code."""
    known = generator.config.vocabulary
    for name, value in conditions.items():
        if name not in known:
            raise UnknownConditionError(
                f"The checkpoint knows no condition {name!r}. It knows: {', '.join(known) or 'none'}."
            )
        if value not in known[name]:
            raise UnknownConditionError(
                f"{name} cannot be {value!r}. Known values: {', '.join(known[name])}."
            )
    return torch.tensor(
        [
            list(values).index(conditions[name]) if name in conditions else -1
            for name, values in known.items()
        ],
        dtype=torch.int64,
    )


@torch.no_grad()
def draw(
    generator: Generator, wanted: Sequence[Mapping[str, str]], *, seed: int, first: int = 0
) -> NDArray[np.float32]:
    """One image in [0, 1] for each row of `wanted`, a function of checkpoint, seed, index and conditions."""
    if not wanted:
        raise RequestError("No image was asked for. Ask for one or more.")
    generator.eval()
    noise = torch.stack([noise_of(seed, first + i, generator.config.noise) for i in range(len(wanted))])
    codes = torch.stack([codes_of(generator, conditions) for conditions in wanted])
    images = []
    for start in range(0, len(wanted), ROWS):
        rows, labels = noise[start : start + ROWS], codes[start : start + ROWS]
        missing = ROWS - len(rows)
        padded = torch.cat([rows, rows.new_zeros(missing, rows.shape[1])])
        padded_labels = torch.cat([labels, labels.new_zeros(missing, labels.shape[1])])
        images.append(generator(padded, padded_labels)[: len(rows), 0])
    return ((torch.cat(images) + 1) / 2).clamp(0, 1).numpy()
