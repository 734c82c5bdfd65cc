"""diffusers' solvers on the schedule that the network was trained with."""

from typing import Any

import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from generation.models.configs import DiffusionConfig
from generation.models.diffusion import LINEAR_BETAS
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

    def step(self, predicted: Tensor, timestep: Tensor, noisy: Tensor, **more: Any) -> Tensor:
        stepped: Tensor = self.scheduler.step(predicted, timestep, noisy, **more).prev_sample
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
