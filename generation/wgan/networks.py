"""The two players of a WGAN-GP: a generator that draws radiographs, a critic that scores them.

Gulrajani et al., "Improved Training of Wasserstein GANs" (2017). The critic is unnormalised, as the
gradient penalty asks; conditions enter the generator by concatenation and the critic by projection
(Miyato and Koyama, "cGANs with Projection Discriminator", 2018).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

SMALLEST_SIZE_PX = 16
FIRST_SIDE_PX = 4


@dataclass(frozen=True, kw_only=True)
class WganConfig:
    """The architecture; `vocabulary` lists the values of each categorical condition."""

    size_px: int = 64
    noise: int = 128
    width: int = 16
    widest: int = 256
    embedding: int = 32
    vocabulary: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.size_px < SMALLEST_SIZE_PX or self.size_px & (self.size_px - 1):
            raise ValueError(
                f"size_px is {self.size_px}; a WGAN-GP needs a power of two from {SMALLEST_SIZE_PX} up. "
                "Resize the images to 64, 128 or 256 px."
            )

    @property
    def doublings(self) -> int:
        return (self.size_px // FIRST_SIDE_PX).bit_length() - 1

    def channels(self, level: int) -> int:
        """Channels at `level` doublings below full size."""
        return min(self.width << level, self.widest)

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        found["vocabulary"] = {name: list(values) for name, values in self.vocabulary.items()}
        return found


class Conditions(nn.Module):
    """Codes of the conditions to one vector; the last row of each table stands for 'not stated'."""

    def __init__(self, config: WganConfig, width: int) -> None:
        super().__init__()
        self.sizes = [len(values) for values in config.vocabulary.values()]
        self.tables = nn.ModuleList(nn.Embedding(size + 1, width) for size in self.sizes)

    def forward(self, codes: Tensor) -> Tensor:
        vectors = []
        for column, (size, table) in enumerate(zip(self.sizes, self.tables, strict=True)):
            code = codes[:, column]
            vectors.append(table(torch.where(code < 0, size, code)))
        return torch.stack(vectors).sum(0)


class Generator(nn.Module):
    """Noise and conditions to one grey image in [-1, 1]."""

    def __init__(self, config: WganConfig) -> None:
        super().__init__()
        self.config = config
        deepest = config.channels(config.doublings)
        self.conditions = Conditions(config, config.embedding) if config.vocabulary else None
        inputs = config.noise + (config.embedding if config.vocabulary else 0)
        self.first = nn.Linear(inputs, deepest * FIRST_SIDE_PX**2)
        blocks: list[nn.Module] = [nn.Unflatten(1, (deepest, FIRST_SIDE_PX, FIRST_SIDE_PX))]
        before = deepest
        for level in range(config.doublings - 1, -1, -1):
            after = config.channels(level)
            blocks += [
                nn.BatchNorm2d(before),
                nn.ReLU(),
                nn.Upsample(scale_factor=2),
                nn.Conv2d(before, after, 3, padding=1),
            ]
            before = after
        blocks += [nn.BatchNorm2d(before), nn.ReLU(), nn.Conv2d(before, 1, 3, padding=1), nn.Tanh()]
        self.body = nn.Sequential(*blocks)

    def forward(self, noise: Tensor, codes: Tensor) -> Tensor:
        if self.conditions is not None:
            noise = torch.cat([noise, self.conditions(codes)], dim=1)
        image: Tensor = self.body(self.first(noise))
        return image


class Critic(nn.Module):
    """An image and its conditions to one unbounded score; higher means more real."""

    def __init__(self, config: WganConfig) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        before = 1
        for level in range(1, config.doublings + 1):
            after = config.channels(level)
            blocks += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            before = after
        self.body = nn.Sequential(*blocks, nn.Flatten())
        features = before * FIRST_SIDE_PX**2
        self.score = nn.Linear(features, 1)
        self.project = nn.Linear(features, config.embedding) if config.vocabulary else None
        self.conditions = Conditions(config, config.embedding) if config.vocabulary else None

    def forward(self, image: Tensor, codes: Tensor) -> Tensor:
        seen = self.body(image)
        score: Tensor = self.score(seen).squeeze(1)
        if self.conditions is not None and self.project is not None:
            score = score + (self.project(seen) * self.conditions(codes)).sum(1)
        return score


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, codes: Tensor, share: Tensor) -> Tensor:
    """Gulrajani et al. 2017, eq. 3: mean of (‖∇ critic(x̂)‖ - 1)² on lines between real and fake."""
    between = (share * real + (1 - share) * fake).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between, codes).sum(), between, create_graph=True)
    penalty: Tensor = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty
