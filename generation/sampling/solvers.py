"""From noise to images: the reverse process with a chosen solver and classifier-free guidance."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

from generation.errors import RequestError
from generation.models.configs import DiffusionConfig
from generation.models.denoiser import Denoiser
from generation.models.diffusion import scheduler_options
from generation.sampling.request import SAMPLERS, STEPS, Precision, Sampler

_SOLVERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "unipc": (UniPCMultistepScheduler, {"solver_order": 2, "final_sigmas_type": "zero"}),
    "dpm++2m": (DPMSolverMultistepScheduler, {"solver_order": 2, "final_sigmas_type": "zero"}),
    "ddim": (DDIMScheduler, {"clip_sample": True, "set_alpha_to_one": True}),
    "ddpm": (DDPMScheduler, {"clip_sample": True}),
}
#: The solvers that take any distance between their steps.
_FREE: tuple[Sampler, ...] = ("unipc", "dpm++2m")


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Classifier-free guidance (Ho and Salimans 2022) with rescale (Lin et al. 2024, section 3.4), within an
    interval of the noise levels (Kynkäänniemi et al. 2024). A scale of 1 is no guidance."""

    scale: float = 1.0
    rescale: float = 0.7
    interval: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        low, high = self.interval
        if not (self.scale >= 0 and 0 <= self.rescale <= 1 and 0 <= low <= high <= 1):
            raise RequestError(
                f"guidance {self.scale} with rescale {self.rescale} in {low} to {high} is not possible: "
                "the scale is 0 or more, the others lie between 0 and 1"
            )

    def acts_at(self, noise_level: float) -> bool:
        """Whether guidance acts at this share of the way from image (0) to noise (1)."""
        return self.scale != 1.0 and self.interval[0] <= noise_level <= self.interval[1]

    def combine(self, conditional: Tensor, unconditional: Tensor) -> Tensor:
        guided = unconditional + self.scale * (conditional - unconditional)
        spread = guided.std((1, 2, 3), keepdim=True).clamp(min=1e-6)
        rescaled = guided * (conditional.std((1, 2, 3), keepdim=True) / spread)
        return self.rescale * rescaled + (1.0 - self.rescale) * guided


def make_scheduler(sampler: Sampler, diffusion: DiffusionConfig, steps: int) -> Any:
    """diffusers' solver on the schedule that the network was trained with."""
    if sampler not in SAMPLERS:
        raise RequestError(f"unknown sampler {sampler!r}: choose {', '.join(SAMPLERS)}")
    if not 1 <= steps <= diffusion.timesteps:
        raise RequestError(f"{steps} steps are not possible: choose 1 to {diffusion.timesteps}")
    kind, extra = _SOLVERS[sampler]
    scheduler = kind(**scheduler_options(diffusion), **extra)
    scheduler.set_timesteps(steps)
    if sampler in _FREE:
        _space_quadratically(scheduler, diffusion.timesteps, steps)
    return scheduler


def _space_quadratically(scheduler: Any, timesteps: int, steps: int) -> None:
    """τ_k = T (k/N)² (Song et al. 2021, appendix D.2): small steps where noise is as weak as fine texture.

    In even steps the last one begins at noise that hides the texture, and what it answers is smooth.
    """
    number = np.arange(steps)
    even = timesteps * ((number + 1) / steps) ** 2 - 1
    chosen = number + np.maximum.accumulate(even.round().astype(np.int64) - number).clip(min=0)
    spread = ((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod).sqrt()
    scheduler.timesteps = torch.from_numpy(chosen[::-1].copy())
    scheduler.sigmas = torch.cat([spread[scheduler.timesteps], torch.zeros(1)]).float()


def initial_noise(generator: torch.Generator, size: int, period: int) -> Tensor:
    """Noise (1, size, size) in which each phase of a grid of `period` pixels has the same mean.

    A pixel's phase is its channel behind PixelUnshuffle, and the normalisation of the network takes the means
    of channels away: it hardly sees them, so they would stay in the image as a grid of `period` pixels.
    """
    noise = torch.randn(1, size, size, generator=generator)
    phases = torch.nn.functional.pixel_unshuffle(noise, period)
    means = phases.mean((1, 2), keepdim=True)
    return torch.nn.functional.pixel_shuffle(phases - means + means.mean(), period)


Predict = Callable[[Tensor, Tensor, Tensor], Tensor]


@torch.inference_mode()
def denoise(
    network: Denoiser | Predict,
    diffusion: DiffusionConfig,
    conditions: Tensor,
    generators: Sequence[torch.Generator],
    *,
    size: int,
    sampler: Sampler = "unipc",
    steps: int = STEPS,
    guidance: Guidance = Guidance(),
    precision: Precision = "float32",
) -> Tensor:
    """Images (n, 1, size, size) on -1 to 1, one generator an image."""
    device = conditions.device
    period = network.config.unshuffle if isinstance(network, Denoiser) else 1
    noisy = torch.stack([initial_noise(g, size, period) for g in generators]).to(device)
    scheduler = make_scheduler(sampler, diffusion, steps)
    noise_source = {"generator": list(generators)} if sampler == "ddpm" else {}
    half = torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()
    for timestep in scheduler.timesteps:
        guided = guidance if guidance.acts_at(float(timestep) / diffusion.timesteps) else None
        with half:
            predicted = _predict(network, noisy, timestep.to(device), conditions, guided)
        noisy = scheduler.step(predicted, timestep, noisy, **noise_source).prev_sample
    return noisy.clamp(-1.0, 1.0)


def _predict(
    network: Denoiser | Predict,
    noisy: Tensor,
    timestep: Tensor,
    conditions: Tensor,
    guidance: Guidance | None,
) -> Tensor:
    if guidance is None or conditions.shape[1] == 0:
        return network(noisy, timestep.expand(len(noisy)), conditions).float()
    both = torch.cat([conditions, torch.full_like(conditions, torch.nan)])
    predicted = network(torch.cat([noisy, noisy]), timestep.expand(2 * len(noisy)), both).float()
    return guidance.combine(*predicted.chunk(2))
