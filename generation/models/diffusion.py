"""The forward process and the loss.

Cosine schedule: Nichol and Dhariwal 2021, eq. 17. Zero terminal SNR: Lin et al. 2024, algorithm 1.
v-prediction: Salimans and Ho 2022, appendix D. Weights: Hang et al. 2023, eq. 8.
"""

from typing import Any

import torch
from diffusers import DDPMScheduler
from torch import Tensor

from generation.models.configs import DiffusionConfig

LEAST_WEIGHT = 0.05


def scheduler_options(config: DiffusionConfig) -> dict[str, Any]:
    """The options that every diffusers scheduler takes, so that training and sampling share one schedule."""
    options: dict[str, Any] = {
        "num_train_timesteps": config.timesteps,
        "beta_schedule": "squaredcos_cap_v2" if config.schedule == "cosine" else "linear",
        "prediction_type": "v_prediction" if config.prediction == "v" else "epsilon",
        "rescale_betas_zero_snr": config.zero_terminal_snr,
        "timestep_spacing": "trailing",
    }
    if config.schedule == "linear":
        options |= {"beta_start": 1e-4, "beta_end": 0.02}
    return options


class ForwardProcess:
    """x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε."""

    def __init__(self, config: DiffusionConfig, device: torch.device | str = "cpu") -> None:
        self.config = config
        make: Any = DDPMScheduler
        scheduler = make(**scheduler_options(config))
        self.alphas_cumprod: Tensor = scheduler.alphas_cumprod.to(device).float()

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
