"""The U-Net for sampling: diffusers' `UNet2DModel` as this package builds it, with the same names of weights.

Importing diffusers takes several times longer than drawing an image. A test holds that both answer alike;
training keeps diffusers', which also knows dropout.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.models.configs import NetworkConfig

_EPSILON = 1e-5
_LONGEST_PERIOD = 10_000


class UNet(nn.Module):
    """Prediction from (n, in_channels, side, side), timesteps (n,) and, where `added`, a vector an image."""

    def __init__(self, config: NetworkConfig, in_channels: int, *, added: bool) -> None:
        super().__init__()
        self.build = _Parts(config, added=added)
        widths, last = config.channels, len(config.channels) - 1
        self.conv_in = nn.Conv2d(in_channels, widths[0], 3, padding=1)
        self.time_embedding = _TimeEmbedding(widths[0])
        self.down_blocks = nn.ModuleList(
            _Down(
                self.build,
                widths[max(0, i - 1)],
                widths[i],
                attends=i in config.attention_levels,
                halves=i < last,
            )
            for i in range(len(widths))
        )
        self.up_blocks = nn.ModuleList(
            _Up(
                self.build,
                widths[min(i + 1, last)],
                widths[i],
                skips=widths[max(0, i - 1)],
                attends=i in config.attention_levels,
                doubles=i > 0,
            )
            for i in reversed(range(len(widths)))
        )
        self.mid_block = _Middle(self.build, widths[-1])
        self.conv_norm_out = nn.GroupNorm(config.norm_groups, widths[0], _EPSILON)
        self.conv_out = nn.Conv2d(widths[0], config.unshuffle**2, 3, padding=1)

    def forward(self, noisy: Tensor, timestep: Tensor, class_labels: Tensor | None = None) -> Tensor:
        embedding = self.time_embedding(timestep)
        if class_labels is not None:
            embedding = embedding + class_labels.to(embedding.dtype)
        hidden = self.conv_in(noisy)
        skips = [hidden]
        for block in self.down_blocks:
            hidden = block(hidden, embedding, skips)
        hidden = self.mid_block(hidden, embedding)
        for block in self.up_blocks:
            hidden = block(hidden, embedding, skips)
        predicted: Tensor = self.conv_out(functional.silu(self.conv_norm_out(hidden)))
        return predicted


class _Parts:
    """Builds what blocks are made of."""

    def __init__(self, config: NetworkConfig, *, added: bool) -> None:
        self.config, self.added, self.blocks = config, added, config.blocks

    def resnet(self, channels: int, out_channels: int) -> "_Resnet":
        width = 4 * self.config.channels[0]
        return _Resnet(channels, out_channels, width, self.config.norm_groups, scales=self.added)

    def attention(self, channels: int, *, normed: bool = True) -> "_Attention":
        return _Attention(
            channels, channels // self.config.head_channels, self.config.norm_groups if normed else 0
        )


class _TimeEmbedding(nn.Module):
    """Sines and cosines of the timestep (Ho et al. 2020), through two layers."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.linear_1 = nn.Linear(channels, 4 * channels)
        self.linear_2 = nn.Linear(4 * channels, 4 * channels)

    def forward(self, timestep: Tensor) -> Tensor:
        half = self.channels // 2
        exponent = -math.log(_LONGEST_PERIOD) * torch.arange(
            half, dtype=torch.float32, device=timestep.device
        )
        angles = timestep[:, None].float() * torch.exp(exponent / half)[None, :]
        waves = torch.cat([angles.cos(), angles.sin()], dim=-1)
        waves = functional.pad(waves, (0, self.channels % 2)).to(self.linear_1.weight.dtype)
        embedding: Tensor = self.linear_2(functional.silu(self.linear_1(waves)))
        return embedding


class _Resnet(nn.Module):
    def __init__(self, channels: int, out_channels: int, width: int, groups: int, *, scales: bool) -> None:
        super().__init__()
        self.scales = scales
        self.norm1 = nn.GroupNorm(groups, channels, _EPSILON)
        self.conv1 = nn.Conv2d(channels, out_channels, 3, padding=1)
        self.time_emb_proj = nn.Linear(width, (2 if scales else 1) * out_channels)
        self.norm2 = nn.GroupNorm(groups, out_channels, _EPSILON)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(channels, out_channels, 1) if channels != out_channels else None

    def forward(self, given: Tensor, embedding: Tensor) -> Tensor:
        hidden = self.conv1(functional.silu(self.norm1(given)))
        told = self.time_emb_proj(functional.silu(embedding))[:, :, None, None]
        if self.scales:
            scale, shift = told.chunk(2, dim=1)
            hidden = self.norm2(hidden) * (1 + scale) + shift
        else:
            hidden = self.norm2(hidden + told)
        hidden = self.conv2(functional.silu(hidden))
        kept: Tensor = given if self.conv_shortcut is None else self.conv_shortcut(given)
        mixed: Tensor = kept + hidden
        return mixed


class _Attention(nn.Module):
    """Each pixel looks at all, in several heads."""

    def __init__(self, channels: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads = heads
        self.group_norm = nn.GroupNorm(groups, channels, _EPSILON) if groups else None
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, given: Tensor) -> Tensor:
        n, channels, height, width = given.shape
        pixels = given.reshape(n, channels, height * width)
        if self.group_norm is not None:
            pixels = self.group_norm(pixels)
        pixels = pixels.transpose(1, 2)
        query, key, value = (
            project(pixels).view(n, -1, self.heads, channels // self.heads).transpose(1, 2)
            for project in (self.to_q, self.to_k, self.to_v)
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        seen = self.to_out[0](seen.transpose(1, 2).reshape(n, -1, channels))
        attended: Tensor = seen.transpose(1, 2).reshape(n, channels, height, width) + given
        return attended


class _Resample(nn.Module):
    """Half the side by a stride, or twice the side by repeating pixels; then a convolution."""

    def __init__(self, channels: int, *, doubles: bool) -> None:
        super().__init__()
        self.doubles = doubles
        self.conv = nn.Conv2d(channels, channels, 3, stride=1 if doubles else 2, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        if self.doubles:
            hidden = functional.interpolate(hidden, scale_factor=2.0, mode="nearest")
        resampled: Tensor = self.conv(hidden)
        return resampled


class _Down(nn.Module):
    """One level on the way down; what it makes is kept for the way up."""

    def __init__(
        self, build: _Parts, channels: int, out_channels: int, *, attends: bool, halves: bool
    ) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(
            build.resnet(out_channels if i else channels, out_channels) for i in range(build.blocks)
        )
        self.attentions = nn.ModuleList(build.attention(out_channels) for _ in range(build.blocks * attends))
        self.downsamplers = nn.ModuleList([_Resample(out_channels, doubles=False)] * halves)

    def forward(self, hidden: Tensor, embedding: Tensor, skips: list[Tensor]) -> Tensor:
        for i, resnet in enumerate(self.resnets):
            hidden = resnet(hidden, embedding)
            hidden = self.attentions[i](hidden) if len(self.attentions) else hidden
            skips.append(hidden)
        for downsampler in self.downsamplers:
            hidden = downsampler(hidden)
            skips.append(hidden)
        return hidden


class _Middle(nn.Module):
    def __init__(self, build: _Parts, channels: int) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([build.attention(channels, normed=not build.added)])
        self.resnets = nn.ModuleList(build.resnet(channels, channels) for _ in range(2))

    def forward(self, hidden: Tensor, embedding: Tensor) -> Tensor:
        attended = self.attentions[0](self.resnets[0](hidden, embedding))
        mixed: Tensor = self.resnets[1](attended, embedding)
        return mixed


class _Up(nn.Module):
    """One level on the way up, with what the way down kept."""

    def __init__(
        self,
        build: _Parts,
        channels: int,
        out_channels: int,
        *,
        skips: int,
        attends: bool,
        doubles: bool,
    ) -> None:
        super().__init__()
        count = build.blocks + 1
        kept: Sequence[int] = [out_channels] * (count - 1) + [skips]
        self.resnets = nn.ModuleList(
            build.resnet((out_channels if i else channels) + kept[i], out_channels) for i in range(count)
        )
        self.attentions = nn.ModuleList(build.attention(out_channels) for _ in range(count * attends))
        self.upsamplers = nn.ModuleList([_Resample(out_channels, doubles=True)] * doubles)

    def forward(self, hidden: Tensor, embedding: Tensor, skips: list[Tensor]) -> Tensor:
        for i, resnet in enumerate(self.resnets):
            hidden = resnet(torch.cat([hidden, skips.pop()], dim=1), embedding)
            hidden = self.attentions[i](hidden) if len(self.attentions) else hidden
        for upsampler in self.upsamplers:
            hidden = upsampler(hidden)
        return hidden
