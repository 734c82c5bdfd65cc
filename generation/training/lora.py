"""Low-rank adaptation (Hu et al. 2021): a few thousand numbers learn instead of millions, for few images.

Each weight of two dimensions or more becomes W + BA, with W as it was; what encodes conditions learns whole.
A checkpoint holds the sums under their plain names, so nothing else knows of it.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from generation.models.denoiser import Denoiser

_ORIGINAL, _DOWN, _UP = "original", "0.down", "0.up"
_INFIX = ".parametrizations.weight."


class _LowRank(nn.Module):
    """W + BA. B begins at zero: at first nothing is changed."""

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        flat = weight.flatten(1)
        rank = min(rank, *flat.shape)
        self.down = nn.Parameter(torch.randn(rank, flat.shape[1]) / flat.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(flat.shape[0], rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (self.up @ self.down).view_as(weight)


def adapt(network: Denoiser, rank: int) -> None:
    """In place. Biases and normalisations of the U-Net are kept as they were, too."""
    network.unet.requires_grad_(False)
    for module in list(network.unet.modules()):
        if isinstance(module, nn.Linear | nn.Conv2d):
            parametrize.register_parametrization(module, "weight", _LowRank(module.weight, rank))


def merged(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the names that a network without adaptation gives them."""
    plain = {name: weight for name, weight in weights.items() if _INFIX not in name}
    for name, weight in weights.items():
        stem, found, what = name.partition(_INFIX)
        if found and what == _ORIGINAL:
            low = weights[f"{stem}{_INFIX}{_UP}"] @ weights[f"{stem}{_INFIX}{_DOWN}"]
            plain[f"{stem}.weight"] = weight + low.view_as(weight)
    return plain
