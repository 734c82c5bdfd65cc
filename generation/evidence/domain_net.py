"""The project's own frozen extractor: a small network that has learnt to read knee phantoms.

It was trained on grade, side and joint-space width (`python -m generation.evidence.train_domain_net`), so its
features hold what matters in a knee film. They are no measure that can be compared with a published FID; the
name of each metric says so.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

INPUT_PX = 96
FEATURES = 128
GRADES = 5
WIDTHS = (24, 48, 96, FEATURES)
PLANES = 24


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.norm_first, self.norm_second = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, image: Tensor) -> Tensor:
        changed = self.first(functional.silu(self.norm_first(image)))
        found: Tensor = image + self.second(functional.silu(self.norm_second(changed)))
        return found


def trunk(widths: Sequence[int]) -> nn.Sequential:
    """Halve, refine, halve, refine: one grey channel to a map of widths[-1] features."""
    blocks: list[nn.Module] = []
    for before, width in zip((1, *widths), widths, strict=False):
        blocks += [nn.Conv2d(before, width, 3, stride=2, padding=1), Residual(width)]
    return nn.Sequential(*blocks, nn.BatchNorm2d(widths[-1]), nn.SiLU())


class DomainNet(nn.Module):
    """Grey images (n, 1, h, w) in [0, 1] to 128 features; heads for what it was trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.body = trunk(WIDTHS)
        self.planes = nn.Conv2d(WIDTHS[-1], PLANES, 1)
        side_px = INPUT_PX // 2 ** len(WIDTHS)
        # laid out flat, not averaged: where something lies is what tells left from right
        self.features = nn.Linear(PLANES * side_px**2, FEATURES)
        self.grade = nn.Linear(FEATURES, GRADES)
        self.side = nn.Linear(FEATURES, 1)
        self.joint_space_mm = nn.Linear(FEATURES, 1)

    def forward(self, image: Tensor) -> Tensor:
        size = (INPUT_PX, INPUT_PX)
        if image.shape[2:] != size:
            image = functional.interpolate(
                image, size=size, mode="bilinear", antialias=True, align_corners=False
            )
        planes = self.planes(self.body(2 * image - 1))
        return functional.silu(self.features(planes.flatten(1)))


@torch.no_grad()
def read(net: DomainNet, image: Tensor) -> tuple[Tensor, Tensor]:
    """Features and grade probabilities."""
    features = net(image)
    return features, net.grade(features).softmax(1)
