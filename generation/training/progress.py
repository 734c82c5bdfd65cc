"""Where a run is, and how fast it goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, kw_only=True)
class TrainProgress:
    """Where a run is."""

    step: int
    steps: int
    loss: float
    images_per_second: float
    seconds_left: float
    first: bool = False


OnProgress = Callable[[TrainProgress], None]


class Stretch:
    """The steps since the last evaluation: their losses, which stay on the device, and their speed."""

    def __init__(self, images_a_step: int, device: torch.device) -> None:
        self.images_a_step, self.steps = images_a_step, 0
        self.started, self.losses = time.monotonic(), torch.zeros((), device=device)

    def add(self, loss: torch.Tensor) -> None:
        self.losses += loss
        self.steps += 1

    @property
    def loss(self) -> float:
        return float(self.losses) / self.steps

    @property
    def images_per_second(self) -> float:
        return self.steps * self.images_a_step / (time.monotonic() - self.started)
