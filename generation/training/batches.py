"""What each step sees, as a pure function of seed, step and process: resuming needs no state of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.conditions import Categorical, ConditionSpace
from generation.data.shards import Dataset
from generation.errors import RequestError
from generation.models.diffusion import stratified_timesteps
from generation.training.augmentation import changed, draw_changes


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Images on -1 to 1 with conditions (NaN where dropped), noise, timesteps, and how they were changed."""

    images: Tensor
    conditions: Tensor
    noise: Tensor
    timesteps: Tensor
    changes: Tensor

    def on(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Images, noise, timesteps, conditions, changes; pinned first, so that no copy waits for a step."""

        def moved(part: Tensor) -> Tensor:
            if part.device.type == device.type:  # cuda and cuda:0 are one device, and not equal
                return part
            if device.type != "cuda":
                return part.to(device)
            return part.pin_memory().to(device, non_blocking=True)

        parts = (self.images, self.noise, self.timesteps, self.conditions, self.changes)
        images, noise, timesteps, conditions, changes = map(moved, parts)
        return images, noise, timesteps, conditions, changes


@lru_cache(maxsize=4)
def _deck(seed: int, epoch: int, n: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, 0, epoch]).permutation(n)


@dataclass(frozen=True, kw_only=True)
class BatchSource:
    """Deals batches of the training part to (step, part of the accumulation, process)."""

    dataset: Dataset
    space: ConditionSpace
    indices: NDArray[np.int64]
    conditions: NDArray[np.float32]
    seed: int
    batch_size: int
    accumulate: int
    processes: int
    timesteps: int
    condition_dropout: float
    flip: Literal["none", "side"]
    augment: float = 0.0
    #: Where the noise is drawn: at 1024 px a processor takes longer for it than a GPU for the whole step.
    noise_on: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def parts(self, step: int, process: int) -> Iterator[Batch]:
        for part in range(self.accumulate):
            yield self._batch(step, (step * self.accumulate + part) * self.processes + process, process, part)

    def _batch(self, step: int, position: int, process: int, part: int) -> Batch:
        rng = np.random.default_rng([self.seed, 1, step, process, part])
        chosen = self._dealt(position * self.batch_size)
        images, conditions = self.dataset.images(chosen), self.conditions[chosen].copy()
        if self.flip == "side":
            images, conditions = self._flipped(images, conditions, rng.random(len(chosen)) < 0.5)
        self._drop(conditions, rng)
        seed = int(rng.integers(2**63))
        generator = torch.Generator().manual_seed(seed)
        there = generator if self.noise_on.type == "cpu" else torch.Generator(self.noise_on).manual_seed(seed)
        changes = torch.from_numpy(draw_changes(rng, len(chosen), self.augment))
        return Batch(
            images=changed(torch.from_numpy(images), changes) if self.augment else torch.from_numpy(images),
            conditions=torch.from_numpy(conditions),
            noise=torch.randn(images.shape, generator=there, device=self.noise_on),
            timesteps=stratified_timesteps(len(chosen), self.timesteps, generator),
            changes=changes,
        )

    def _dealt(self, start: int) -> NDArray[np.int64]:
        """Entries `start` onwards of an endless deck, which is shuffled anew for each round."""
        n, dealt = len(self.indices), np.empty(self.batch_size, np.int64)
        for i, position in enumerate(range(start, start + self.batch_size)):
            dealt[i] = self.indices[_deck(self.seed, position // n, n)[position % n]]
        return dealt

    def _drop(self, conditions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """All conditions of some images, for guidance, and single ones of others: any may be missing."""
        every = rng.random((len(conditions), 1)) < self.condition_dropout
        single = rng.random(conditions.shape) < self.condition_dropout
        conditions[every | single] = np.nan

    def _flipped(
        self, images: NDArray[np.float32], conditions: NDArray[np.float32], chosen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mirror images and swap their side label together."""
        side = side_column(self.space)
        images[chosen] = images[chosen, :, :, ::-1]
        conditions[chosen, side] = 1.0 - conditions[chosen, side]
        return images, conditions


def side_column(space: ConditionSpace) -> int:
    """Where the side is among the conditions; without it a mirrored knee would be a wrong one."""
    for column, attribute in enumerate(space.attributes):
        if attribute.name == "side" and isinstance(attribute, Categorical) and len(attribute.values) == 2:
            return column
    raise RequestError(
        "flip = 'side' needs a condition named side with two values, so that the label flips with the image. "
        "Set flip = 'none'."
    )
