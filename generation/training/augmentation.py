"""Augmentation that does not leak into samples (Karras et al. 2022, appendix F.2), for few images.

Images are moved, turned, enlarged, and changed in contrast, and the network is told by how much. While
sampling it is told of no change, so it draws images as they were.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from generation.errors import RequestError

#: Along x, along y, angle, size, contrast: the spread of each, in which the network is told it.
SPREADS = (0.06, 0.06, math.radians(6), 0.1, 0.15)


def told_changes(share: float, conditions: int) -> int:
    """How many changes a network is told. Without conditions it has no input for them."""
    if share and not conditions:
        raise RequestError("augment needs a condition beside which it can be told: name one, or set it to 0.")
    return len(SPREADS) if share else 0


def draw_changes(rng: np.random.Generator, n: int, share: float) -> NDArray[np.float32]:
    """(n, 5) in spreads; each change of each image is there with the probability `share`, else 0."""
    drawn = rng.standard_normal((n, len(SPREADS))).clip(-2, 2)
    there = rng.random(drawn.shape) < share
    return np.where(there, drawn, 0.0).astype(np.float32)


def changed(images: Tensor, changes: Tensor) -> Tensor:
    """Images (n, 1, size, size) on -1 to 1 after their changes; borders are mirrored."""
    x, y, angle, size, contrast = (changes * torch.tensor(SPREADS)).unbind(1)
    scale = torch.exp2(-size)
    cos, sin = angle.cos() * scale, angle.sin() * scale
    rows = torch.stack([torch.stack([cos, -sin, 2 * x], 1), torch.stack([sin, cos, 2 * y], 1)], 1)
    grid = functional.affine_grid(rows, list(images.shape), align_corners=False)
    moved = functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    still = (changes[:, :4] == 0).all(1)[:, None, None, None]
    kept = torch.where(still, images, moved)
    return (kept * torch.exp2(contrast)[:, None, None, None]).clamp(-1, 1)
