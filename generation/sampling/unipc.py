"""UniPC of order 2 (Zhao et al. 2023, algorithms 5 and 6) with B(h) = e^h - 1, on predictions of the image.

diffusers has it too, and takes several times longer to import than an image takes to draw; a test holds that
both answer alike. Numbers stay float32 tensors, so that they round as there.
"""

import torch
from torch import Tensor

from generation.models.configs import DiffusionConfig
from generation.models.diffusion import signal_shares
from generation.sampling.timesteps import visited_timesteps

#: Stands for ᾱ = 0, at which the ratio of noise to signal has no end.
_LEAST_SHARE = 2**-24


class UniPC:
    """One run from noise to image: `step` goes through `timesteps` in their order."""

    def __init__(self, diffusion: DiffusionConfig, steps: int) -> None:
        self.predicts_v = diffusion.prediction == "v"
        self.timesteps = visited_timesteps(diffusion.timesteps, steps)
        shares = signal_shares(diffusion)
        if diffusion.zero_terminal_snr:
            shares[-1] = _LEAST_SHARE
        ratio = torch.cat([((1 - shares) / shares).sqrt()[self.timesteps], torch.zeros(1)]).float()
        self.alpha = 1 / ((ratio**2 + 1) ** 0.5)
        self.sigma = ratio * self.alpha
        self.level = torch.log(self.alpha) - torch.log(self.sigma)
        self.at, self.order = 0, 1
        self.before: Tensor | None = None
        self.images: list[Tensor] = []

    def step(self, predicted: Tensor, timestep: Tensor, noisy: Tensor, **more: object) -> Tensor:
        """Correct the last step with what the network sees now, then take the next one."""
        image = self._image(predicted, noisy)
        if self.before is not None:
            noisy = self._advanced(self.at - 1, self.before, seen=image)
        self.images = [*self.images[-1:], image]
        self.order = min(2, len(self.images), len(self.timesteps) - self.at)
        self.before = noisy
        self.at += 1
        return self._advanced(self.at - 1, noisy)

    def _image(self, predicted: Tensor, noisy: Tensor) -> Tensor:
        alpha, sigma = self.alpha[self.at], self.sigma[self.at]
        if self.predicts_v:
            return alpha * noisy - sigma * predicted
        return (noisy - sigma * predicted) / alpha

    def _advanced(self, at: int, noisy: Tensor, seen: Tensor | None = None) -> Tensor:
        """From `at` to the next timestep; with `seen`, the image predicted there, as the corrector does."""
        step = self.level[at + 1] - self.level[at]
        growth, alpha, now = torch.expm1(-step), self.alpha[at + 1], self.images[-1]
        moved = self.sigma[at + 1] / self.sigma[at] * noisy - alpha * growth * now
        change: Tensor | float = 0.0
        ratio = (self.level[at - 1] - self.level[at]) / step if self.order == 2 else None
        weights = torch.full((1,), 0.5)
        if ratio is not None and seen is not None:
            weights = _corrector_weights(step, growth, ratio)
        if ratio is not None:
            change = weights[0] * ((self.images[-2] - now) / ratio)
        if seen is not None:
            change = change + weights[-1] * (seen - now)
        return moved - alpha * growth * change


def _corrector_weights(step: Tensor, growth: Tensor, ratio: Tensor) -> Tensor:
    """ρ of equation 10: Rρ = b, with one row for each power of the ratio between steps."""
    phi = growth / -step - 1
    right = torch.stack([phi / growth, (phi / -step - 0.5) * 2 / growth])
    rows = torch.stack([torch.ones(2), torch.stack([ratio, torch.ones(())])])
    weights: Tensor = torch.linalg.solve(rows, right)
    return weights
