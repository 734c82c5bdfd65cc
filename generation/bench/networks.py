"""The networks that are compared, at equal parameters: ours, diffusers' in pixel space, lucidrains'."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from diffusers import UNet2DModel
from torch import Tensor, nn

from generation.conditions import Categorical, ConditionSpace
from generation.models.configs import NetworkConfig
from generation.models.denoiser import Denoiser, count_parameters

SPACE = ConditionSpace((Categorical(name="grade", values=("0", "1", "2", "3", "4")),))


def our_network(config: NetworkConfig) -> Denoiser:
    return Denoiser(config, SPACE)


class Unconditional(nn.Module):
    """A peer's network under our signature; it takes no conditions."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, noisy: Tensor, timestep: Tensor, _conditions: Tensor) -> Tensor:
        answer: Any = self.network(noisy, timestep)
        predicted: Tensor = getattr(answer, "sample", answer)
        return predicted


def diffusers_network(size: int, parameters: int) -> nn.Module:
    """diffusers' training example: levels of 1, 1, 2, 2, 4, 4 with attention at the fifth, scaled to size."""

    def build(width: int) -> nn.Module:
        levels = [width * times for times in _multiples(size)]
        down = ["DownBlock2D"] * len(levels)
        down[-2] = "AttnDownBlock2D"
        make: Any = UNet2DModel
        return Unconditional(
            make(
                sample_size=size,
                in_channels=1,
                out_channels=1,
                layers_per_block=2,
                block_out_channels=tuple(levels),
                down_block_types=tuple(down),
                up_block_types=tuple(name.replace("Down", "Up") for name in reversed(down)),
                norm_num_groups=4,
                attention_head_dim=4,
            )
        )

    return _nearest_width(build, parameters, step=4)


def lucidrains_package() -> Any:
    """denoising-diffusion-pytorch, or None where it is not installed."""
    try:
        _stand_in_for_torchvision()
        return importlib.import_module("denoising_diffusion_pytorch")
    except ImportError:
        return None


def lucidrains_network(_size: int, parameters: int) -> nn.Module:
    """denoising-diffusion-pytorch's Unet; it takes every size that 8 divides."""
    package = lucidrains_package()

    def build(width: int) -> nn.Module:
        return Unconditional(package.Unet(dim=width, dim_mults=(1, 2, 4, 8), channels=1, flash_attn=False))

    return _nearest_width(build, parameters, step=8)


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A peer's network: in float32 as its own example runs it, or with the type and compilation of ours."""

    name: str
    half: bool
    make: Callable[[int, int], nn.Module]

    def build(self, ours: NetworkConfig) -> nn.Module:
        """For the same images, with as many parameters as ours."""
        with torch.device("meta"):
            parameters = count_parameters(our_network(ours))
        return self.make(ours.size, parameters)


def installed_peers() -> tuple[Peer, ...]:
    peers = [
        Peer(name="diffusers", half=False, make=diffusers_network),
        Peer(name="diffusers as ours", half=True, make=diffusers_network),
    ]
    if lucidrains_package() is not None:
        peers.append(Peer(name="lucidrains", half=False, make=lucidrains_network))
    return tuple(peers)


def _multiples(size: int) -> tuple[int, ...]:
    """As many of the example's levels as the size can be halved, two at least."""
    halvings = (size & -size).bit_length() - 1
    return (1, 1, 2, 2, 4, 4)[: max(2, min(6, halvings + 1))]


def _nearest_width(build: Any, parameters: int, step: int) -> nn.Module:
    """The width whose network has nearly the wanted number of parameters, found without memory."""
    counts: dict[int, int] = {}
    for width in range(step, 1024, step):
        with torch.device("meta"):
            counts[width] = count_parameters(build(width))
        if counts[width] > parameters:
            break
    network: nn.Module = build(min(counts, key=lambda width: abs(counts[width] - parameters)))
    return network


def _stand_in_for_torchvision() -> None:
    """The peer's module imports torchvision for its trainer; its network needs none of it.

    Where torchvision is missing, or built for another torch, empty modules take its place.
    """
    try:
        importlib.import_module("torchvision.transforms")
    except (ImportError, RuntimeError):
        for name in ("torchvision", "torchvision.transforms", "torchvision.utils", "torchvision.models"):
            sys.modules[name] = _Nothing(name)


class _Nothing(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return object
