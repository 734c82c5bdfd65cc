"""From noise to images: the reverse process with a chosen solver and classifier-free guidance."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from generation.errors import RequestError
from generation.models.configs import DiffusionConfig
from generation.models.denoiser import Denoiser
from generation.sampling.noise import Source, normal
from generation.sampling.request import SAMPLERS, STEPS, Precision, Sampler
from generation.sampling.unipc import UniPC


class Solver(Protocol):
    """Takes noisy images from one timestep to the next."""

    timesteps: Tensor

    def step(
        self, predicted: Tensor, timestep: Tensor, noisy: Tensor, *, sources: Sequence[Source] = ()
    ) -> Tensor:
        """`sources`: of the noise that an ancestral step adds."""
        ...


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


def make_solver(sampler: Sampler, diffusion: DiffusionConfig, steps: int) -> Solver:
    """A solver on the schedule that the network was trained with."""
    if sampler not in SAMPLERS:
        raise RequestError(f"unknown sampler {sampler!r}: choose {', '.join(SAMPLERS)}")
    if not 1 <= steps <= diffusion.timesteps:
        raise RequestError(f"{steps} steps are not possible: choose 1 to {diffusion.timesteps}")
    if sampler == "unipc":
        return UniPC(diffusion, steps)
    # diffusers takes seconds to import, which the default solver does without
    from generation.sampling.schedulers import SchedulerSolver

    return SchedulerSolver(sampler, diffusion, steps)


def initial_noise(source: Source, size: int, period: int) -> Tensor:
    """Noise (1, size, size) in which each phase of a grid of `period` pixels has the same mean.

    A pixel's phase is its channel behind PixelUnshuffle, and the normalisation of the network takes the means
    of channels away: it hardly sees them, so they would stay in the image as a grid of `period` pixels.
    """
    noise = normal(source, 1, size, size)
    phases = torch.nn.functional.pixel_unshuffle(noise, period)
    means = phases.mean((1, 2), keepdim=True)
    return torch.nn.functional.pixel_shuffle(phases - means + means.mean(), period)


Predict = Callable[[Tensor, Tensor, Tensor], Tensor]


@torch.inference_mode()
def denoise(
    network: Denoiser | Predict,
    diffusion: DiffusionConfig,
    conditions: Tensor,
    sources: Sequence[Source],
    *,
    size: int,
    sampler: Sampler = "unipc",
    steps: int = STEPS,
    guidance: Guidance = Guidance(),
    precision: Precision = "float32",
    period: int | None = None,
) -> Tensor:
    """Images (n, 1, size, size) on -1 to 1, one source of noise each. `period`: of the grid of the stem."""
    device = conditions.device
    period = period or (network.config.unshuffle if isinstance(network, Denoiser) else 1)
    noisy = torch.stack([initial_noise(source, size, period) for source in sources]).to(device)
    solver = make_solver(sampler, diffusion, steps)
    half = torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()
    for timestep in solver.timesteps:
        guided = guidance if guidance.acts_at(float(timestep) / diffusion.timesteps) else None
        with half:
            predicted = _predict(network, noisy, timestep.to(device), conditions, guided)
        noisy = solver.step(predicted, timestep, noisy, sources=sources if sampler == "ddpm" else ())
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
