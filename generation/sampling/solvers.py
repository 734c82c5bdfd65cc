"""From noise to images: the reverse process with a chosen solver and classifier-free guidance."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

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
from generation.sampling.request import SAMPLERS, Precision, Sampler

_SOLVERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "unipc": (UniPCMultistepScheduler, {"solver_order": 2, "final_sigmas_type": "zero"}),
    "dpm++2m": (DPMSolverMultistepScheduler, {"solver_order": 2, "final_sigmas_type": "zero"}),
    "ddim": (DDIMScheduler, {"clip_sample": True, "set_alpha_to_one": True}),
    "ddpm": (DDPMScheduler, {"clip_sample": True}),
}


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
    return scheduler


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
    steps: int = 20,
    guidance: Guidance = Guidance(),
    precision: Precision = "float32",
) -> Tensor:
    """Images (n, 1, size, size) on -1 to 1, one generator an image."""
    device = conditions.device
    noisy = torch.stack([torch.randn(1, size, size, generator=g) for g in generators]).to(device)
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
