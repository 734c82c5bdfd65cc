"""The network: a PixelUnshuffle stem, a U-Net, and an encoder of conditions that may be missing."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from generation.conditions import Attribute, Categorical, ConditionSpace
from generation.models.configs import NetworkConfig
from generation.models.unet import UNet


class AttributeEncoder(nn.Module):
    """One attribute to a vector. Missing, or dropped for guidance, is a vector of its own: the null token."""

    def __init__(self, attribute: Attribute, channels: int) -> None:
        super().__init__()
        self.categories = len(attribute.values) if isinstance(attribute, Categorical) else 0
        self.null = nn.Parameter(torch.zeros(channels))
        self.known: nn.Module
        if self.categories:
            self.known = nn.Embedding(self.categories, channels)
        else:
            self.known = nn.Sequential(nn.Linear(9, channels), nn.SiLU(), nn.Linear(channels, channels))

    def forward(self, value: Tensor) -> Tensor:
        missing = torch.isnan(value)
        filled = torch.where(missing, torch.zeros_like(value), value)
        known = self.known(filled.long() if self.categories else _waves(filled))
        return torch.where(missing[:, None], self.null.to(known.dtype), known)


def _waves(value: Tensor) -> Tensor:
    """A number on -1 to 1 with its first four octaves of sine and cosine, so that small steps are seen."""
    angles = value[:, None] * (math.pi / 2) * 2.0 ** torch.arange(4, device=value.device)
    return torch.cat([value[:, None], angles.sin(), angles.cos()], dim=1)


class ConditionEncoder(nn.Module):
    """All attributes of an image to one vector."""

    def __init__(self, space: ConditionSpace, channels: int, out_channels: int) -> None:
        super().__init__()
        self.attributes = nn.ModuleList(AttributeEncoder(a, channels) for a in space.attributes)
        self.mix = nn.Sequential(
            nn.SiLU(), nn.Linear(channels, out_channels), nn.SiLU(), nn.Linear(out_channels, out_channels)
        )

    def forward(self, conditions: Tensor) -> Tensor:
        parts = [encoder(conditions[:, i]) for i, encoder in enumerate(self.attributes)]
        mixed: Tensor = self.mix(torch.stack(parts).sum(0))
        return mixed


class Denoiser(nn.Module):
    """Prediction from noisy images (n, 1, size, size), timesteps (n,) and conditions (n, attributes).

    The U-Net is diffusers', or with `trains=False` our own, which starts faster and answers alike.
    """

    def __init__(self, config: NetworkConfig, space: ConditionSpace, *, trains: bool = True) -> None:
        super().__init__()
        self.config, self.space = config, space
        added = config.embedding == "added" and len(space) > 0
        planes = config.embedding_channels if config.embedding == "concatenated" and len(space) else 0
        make = diffusers_unet if trains else UNet
        self.unet: nn.Module = make(config, config.unshuffle**2 + planes, added=added)
        width = 4 * config.channels[0] if added else planes
        self.conditions = ConditionEncoder(space, width, width) if len(space) else None
        #: Without a bias: an image that was not changed, as all samples are, adds nothing.
        self.changes = nn.Linear(config.told_changes, width, bias=False) if config.told_changes else None

    def forward(
        self, noisy: Tensor, timestep: Tensor, conditions: Tensor, changes: Tensor | None = None
    ) -> Tensor:
        hidden = nn.functional.pixel_unshuffle(noisy, self.config.unshuffle)
        vector = self.conditions(conditions) if self.conditions is not None else None
        if vector is not None and changes is not None and self.changes is not None:
            vector = vector + self.changes(changes)
        if vector is not None and self.config.embedding == "concatenated":
            planes = vector[:, :, None, None].expand(-1, -1, *hidden.shape[-2:])
            hidden, vector = torch.cat([hidden, planes.to(hidden.dtype)], dim=1), None
        answer: Any = self.unet(hidden, timestep, class_labels=vector)
        predicted: Tensor = getattr(answer, "sample", answer)
        return nn.functional.pixel_shuffle(predicted, self.config.unshuffle)


def diffusers_unet(config: NetworkConfig, in_channels: int, *, added: bool) -> nn.Module:
    """diffusers' U-Net. Importing it takes seconds, so that only training does."""
    from diffusers import UNet2DModel

    levels = range(len(config.channels))
    down = tuple("AttnDownBlock2D" if i in config.attention_levels else "DownBlock2D" for i in levels)
    make: Any = UNet2DModel  # it carries no types
    unet: nn.Module = make(
        sample_size=config.size // config.unshuffle,
        in_channels=in_channels,
        out_channels=config.unshuffle**2,
        block_out_channels=config.channels,
        layers_per_block=config.blocks,
        down_block_types=down,
        up_block_types=tuple(name.replace("Down", "Up") for name in reversed(down)),
        attention_head_dim=config.head_channels,
        norm_num_groups=config.norm_groups,
        dropout=config.dropout,
        class_embed_type="identity" if added else None,
        resnet_time_scale_shift="scale_shift" if added else "default",
    )
    return unet


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
