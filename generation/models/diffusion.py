"""The forward process and the loss.

Cosine schedule: Nichol and Dhariwal 2021, eq. 17. Zero terminal SNR: Lin et al. 2024, algorithm 1.
v-prediction: Salimans and Ho 2022, appendix D. Weights: Hang et al. 2023, eq. 8.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor

from generation.models.configs import DiffusionConfig

LEAST_WEIGHT = 0.05
LINEAR_BETAS = (1e-4, 0.02)


def signal_shares(config: DiffusionConfig) -> Tensor:
    """Return ᾱ of each timestep, rounded as diffusers' schedulers round it."""
    betas = (
        _cosine_betas(config.timesteps) if config.schedule == "cosine" else _linear_betas(config.timesteps)
    )
    shares = torch.cumprod(1.0 - betas, dim=0)
    if not config.zero_terminal_snr:
        return shares
    roots = shares.sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    rescaled = ((roots - last) * (first / (first - last))) ** 2
    kept = torch.cat([rescaled[:1], rescaled[1:] / rescaled[:-1]])
    return torch.cumprod(1.0 - (1.0 - kept), dim=0)


def _linear_betas(timesteps: int) -> Tensor:
    return torch.linspace(LINEAR_BETAS[0], LINEAR_BETAS[1], timesteps, dtype=torch.float32)


def _cosine_betas(timesteps: int) -> Tensor:
    levels = [math.cos((i / timesteps + 0.008) / 1.008 * math.pi / 2) ** 2 for i in range(timesteps + 1)]
    steps = [min(1 - after / before, 0.999) for before, after in pairwise(levels)]
    return torch.tensor(steps, dtype=torch.float32)


class ForwardProcess:
    """x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε."""

    def __init__(self, config: DiffusionConfig, device: torch.device | str = "cpu") -> None:
        self.config = config
        self.alphas_cumprod: Tensor = signal_shares(config).to(device)

    def noised(self, images: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        signal, spread = self._coefficients(timestep)
        return signal * images + spread * noise

    def target(self, images: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        """What the network has to predict: v = √ᾱ ε - √(1 - ᾱ) x_0, or ε."""
        if self.config.prediction == "epsilon":
            return noise
        signal, spread = self._coefficients(timestep)
        return signal * noise - spread * images

    def weight(self, timestep: Tensor) -> Tensor:
        """min(SNR, γ) over the weight that the prediction has by nature: SNR + 1 for v, SNR for ε.

        Never below LEAST_WEIGHT: at zero terminal SNR the formula leaves the first sampling step untrained.
        """
        if not self.config.min_snr:
            return torch.ones_like(timestep, dtype=torch.float32)
        alpha = self.alphas_cumprod[timestep]
        snr = alpha / (1.0 - alpha)
        natural = snr + 1.0 if self.config.prediction == "v" else snr
        return (snr.clamp(max=self.config.min_snr) / natural).clamp(min=LEAST_WEIGHT)

    def loss(self, predicted: Tensor, images: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        """Weighted squared error, one number an image."""
        error = (predicted.float() - self.target(images, noise, timestep)).square().mean((1, 2, 3))
        weighted: Tensor = self.weight(timestep) * error
        return weighted

    def _coefficients(self, timestep: Tensor) -> tuple[Tensor, Tensor]:
        alpha = self.alphas_cumprod[timestep][:, None, None, None]
        return alpha.sqrt(), (1.0 - alpha).sqrt()


def stratified_timesteps(n: int, timesteps: int, generator: torch.Generator) -> Tensor:
    """One timestep from each n-th part of the range, shuffled: less variance than n independent draws."""
    share = (torch.arange(n) + torch.rand(n, generator=generator)) / n
    drawn = (share * timesteps).long().clamp(max=timesteps - 1)
    return drawn[torch.randperm(n, generator=generator)]
