"""The two players of a WGAN-GP: a generator that draws radiographs, a critic that scores them.

Gulrajani et al., "Improved Training of Wasserstein GANs" (2017). The critic is unnormalised, as the
gradient penalty asks; conditions enter the generator by concatenation and the critic by projection
(Miyato and Koyama, "cGANs with Projection Discriminator", 2018).
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from generation.conditions import Categorical, ConditionSpace
from generation.errors import RequestError
from generation.settings import refuse_below

SMALLEST_SIZE_PX = 16
FIRST_SIDE_PX = 4


@dataclass(frozen=True, kw_only=True)
class WganConfig:
    """The architecture; images are size x size pixels."""

    size: int = 64
    noise: int = 128
    width: int = 16
    widest: int = 256
    embedding: int = 32

    def __post_init__(self) -> None:
        refuse_below(self, 1, "noise", "width", "widest", "embedding")
        if self.size < SMALLEST_SIZE_PX or self.size & (self.size - 1):
            raise RequestError(
                f"a WGAN-GP of {self.size} px cannot be built: its size is a power of two from "
                f"{SMALLEST_SIZE_PX} up. Say --size 64, 128 or 256."
            )

    @property
    def doublings(self) -> int:
        return (self.size // FIRST_SIDE_PX).bit_length() - 1

    def channels(self, level: int) -> int:
        """Channels at `level` doublings below full size."""
        return min(self.width << level, self.widest)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "WganConfig":
        return cls(**entry)


def codes_of(conditions: Tensor) -> Tensor:
    """Encoded categories as whole numbers; -1 where nothing is asked."""
    return conditions.nan_to_num(nan=-1.0).long()


def _sizes(space: ConditionSpace) -> list[int]:
    """How many values each condition has; a WGAN-GP takes categories alone."""
    sizes = []
    for attribute in space.attributes:
        if not isinstance(attribute, Categorical):
            raise RequestError(
                f"the WGAN-GP takes categories, and {attribute.name} is a number on a scale. "
                "Leave it out of --conditions."
            )
        sizes.append(len(attribute.values))
    return sizes


class Conditions(nn.Module):
    """Codes of the conditions to one vector; the last row of each table stands for 'not stated'."""

    def __init__(self, space: ConditionSpace, width: int) -> None:
        super().__init__()
        self.sizes = _sizes(space)
        self.tables = nn.ModuleList(nn.Embedding(size + 1, width) for size in self.sizes)

    def forward(self, codes: Tensor) -> Tensor:
        vectors = []
        for column, (size, table) in enumerate(zip(self.sizes, self.tables, strict=True)):
            code = codes[:, column]
            vectors.append(table(torch.where(code < 0, size, code)))
        return torch.stack(vectors).sum(0)


class Generator(nn.Module):
    """Noise and conditions to one grey image in [-1, 1]."""

    def __init__(self, config: WganConfig, space: ConditionSpace) -> None:
        super().__init__()
        self.config, self.space = config, space
        deepest = config.channels(config.doublings)
        self.conditions = Conditions(space, config.embedding) if len(space) else None
        inputs = config.noise + (config.embedding if len(space) else 0)
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

    def __init__(self, config: WganConfig, space: ConditionSpace) -> None:
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
        self.project = nn.Linear(features, config.embedding) if len(space) else None
        self.conditions = Conditions(space, config.embedding) if len(space) else None

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
