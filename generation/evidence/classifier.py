"""A small image classifier: the same net, steps and sampling for every arm that is compared."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from generation.evidence.domain_net import trunk
from generation.evidence.extractor import Pixels
from generation.evidence.interval import Ints
from generation.settings import refuse_below

WIDTHS = (16, 32, 64, 128)
CELLS = 4
LONGEST_SHIFT_PX = 4
ROWS = 128
SMALLEST_PX = 16


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Steps, not epochs: an arm with more images sees as many as an arm with fewer."""

    size_px: int = 64
    steps: int = 600
    batch: int = 64
    rate: float = 3e-3
    weight_decay: float = 0.05
    device: str = "cpu"

    def __post_init__(self) -> None:
        refuse_below(self, 1, "steps", "batch")
        refuse_below(self, SMALLEST_PX, "size_px")


class Classifier(nn.Module):
    """Grey images (n, 1, h, w) in [0, 1] to class logits."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.body = trunk(WIDTHS)
        self.head = nn.Linear(WIDTHS[-1] * CELLS**2, classes)

    def forward(self, image: Tensor) -> Tensor:
        cells = functional.adaptive_avg_pool2d(self.body(2 * image - 1), CELLS)
        logits: Tensor = self.head(cells.flatten(1))
        return logits


def as_tensor(pixels: Pixels, size_px: int) -> Tensor:
    """All images once, as 8 bit at the size that the classifier sees."""
    whole = np.iinfo(pixels.dtype).max
    small = torch.empty((len(pixels), 1, size_px, size_px), dtype=torch.uint8)
    for start in range(0, len(pixels), ROWS):
        image = torch.from_numpy(pixels[start : start + ROWS].astype(np.float32) / whole)[:, None]
        if image.shape[2:] != (size_px, size_px):
            image = functional.interpolate(image, size=(size_px, size_px), mode="bilinear", antialias=True)
        small[start : start + ROWS] = (image.clamp(0, 1) * 255).round().to(torch.uint8)
    return small


def fit(
    images: Tensor,
    truth: Ints,
    classes: int,
    recipe: Recipe,
    seed: int,
    on_step: Callable[[int, int], None] | None = None,
) -> Classifier:
    """Every class is drawn equally often: grades are rarer the worse they are."""
    torch.manual_seed(seed)
    draw = torch.Generator().manual_seed(seed)
    net = Classifier(classes).to(recipe.device)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.rate, total_steps=recipe.steps + 1
    )
    wanted = torch.from_numpy(truth)
    rarity = torch.from_numpy(1 / np.bincount(truth, minlength=classes)[truth])
    for step in range(recipe.steps):
        chosen = torch.multinomial(rarity, recipe.batch, replacement=True, generator=draw)
        with torch.autocast(torch.device(recipe.device).type, torch.bfloat16):
            logits = net(_varied(images[chosen], draw).to(recipe.device))
            loss = functional.cross_entropy(
                logits.float(), wanted[chosen].to(recipe.device), label_smoothing=0.05
            )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if on_step is not None:
            on_step(step + 1, recipe.steps)
    return net.eval()


@torch.no_grad()
def probabilities(net: Classifier, images: Tensor) -> NDArray[np.float64]:
    device = next(net.parameters()).device
    slices = [images[start : start + ROWS] for start in range(0, len(images), ROWS)]
    parts = [net(one.to(device).float() / 255).cpu() for one in slices]
    found: NDArray[np.float64] = torch.cat(parts).softmax(1).double().numpy()
    return found


def _varied(images: Tensor, draw: torch.Generator) -> Tensor:
    """Shifts and exposure; no mirror, since a mirrored left knee is a right one."""
    n = len(images)
    shift = torch.randint(-LONGEST_SHIFT_PX, LONGEST_SHIFT_PX + 1, (2,), generator=draw).tolist()
    shown = torch.roll(images, shift, (2, 3)).float() / 255
    gain = 1 + 0.15 * torch.randn(n, 1, 1, 1, generator=draw)
    lift = 0.07 * torch.randn(n, 1, 1, 1, generator=draw)
    return ((shown - 0.5) * gain + 0.5 + lift).clamp(0, 1)
