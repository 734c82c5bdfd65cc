"""diffusers' solvers on the schedule that the network was trained with."""

from collections.abc import Sequence
from typing import Any

import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from generation.models.configs import DiffusionConfig
from generation.models.diffusion import LINEAR_BETAS
from generation.sampling.noise import Source, normal
from generation.sampling.timesteps import visited_timesteps

_KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "dpm++2m": (DPMSolverMultistepScheduler, {"solver_order": 2, "final_sigmas_type": "zero"}),
    "ddim": (DDIMScheduler, {"clip_sample": True, "set_alpha_to_one": True}),
    "ddpm": (DDPMScheduler, {"clip_sample": True}),
}


class SchedulerSolver:
    """One of diffusers' schedulers. DPM++2M takes any distance between its steps, the others even ones."""

    def __init__(self, sampler: str, diffusion: DiffusionConfig, steps: int) -> None:
        kind, extra = _KINDS[sampler]
        self.scheduler: Any = kind(**scheduler_options(diffusion), **extra)
        self.scheduler.set_timesteps(steps)
        if sampler == "dpm++2m":
            shares = self.scheduler.alphas_cumprod
            chosen = visited_timesteps(diffusion.timesteps, steps)
            spread = ((1 - shares) / shares).sqrt()[chosen]
            self.scheduler.timesteps = chosen
            self.scheduler.sigmas = torch.cat([spread, torch.zeros(1)]).float()
        self.timesteps: Tensor = self.scheduler.timesteps

    def step(
        self, predicted: Tensor, timestep: Tensor, noisy: Tensor, *, sources: Sequence[Source] = ()
    ) -> Tensor:
        known = [source for source in sources if isinstance(source, torch.Generator)]
        more = {"generator": known or torch.Generator()} if sources else {}
        stepped = self.scheduler.step(predicted, timestep, noisy, **more)
        if len(known) == len(sources):
            before: Tensor = stepped.prev_sample
            return before
        noise = torch.stack([normal(source, *noisy.shape[1:]) for source in sources]).to(noisy.device)
        return self.ancestral(stepped.pred_original_sample, int(timestep), noisy, noise)

    def ancestral(self, clean: Tensor, timestep: int, noisy: Tensor, noise: Tensor) -> Tensor:
        """A step of DDPM (Ho et al. 2020, eq. 6 and 7) with noise that diffusers cannot draw."""
        shares = self.scheduler.alphas_cumprod.to(noisy.device)
        earlier = int(self.scheduler.previous_timestep(timestep))
        here, then = shares[timestep], shares[earlier] if earlier >= 0 else shares.new_ones(())
        beta = 1 - here / then
        mean = (then.sqrt() * beta * clean + (here / then).sqrt() * (1 - then) * noisy) / (1 - here)
        spread = ((1 - then) / (1 - here) * beta).sqrt()
        stepped: Tensor = mean + spread * noise
        return stepped


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
        options |= {"beta_start": LINEAR_BETAS[0], "beta_end": LINEAR_BETAS[1]}
    return options
