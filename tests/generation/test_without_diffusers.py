"""Sampling has its own U-Net and solver, which answer as diffusers' do, and starts without importing it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DDPMScheduler, UniPCMultistepScheduler
from torch import Tensor

from generation.conditions import Categorical, ConditionSpace
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import Denoiser
from generation.models.diffusion import signal_shares
from generation.sampling.schedulers import scheduler_options
from generation.sampling.timesteps import visited_timesteps
from generation.sampling.unipc import UniPC
from generation.training.config import load_config, presets

SPACE = ConditionSpace((Categorical(name="grade", values=("0", "1")),))
SMALL = {"size": 32, "channels": (8, 16, 24), "head_channels": 8, "norm_groups": 4}
NETWORKS = {
    "attention at the last level": {"attention_levels": (2,)},
    "attention everywhere": {"attention_levels": (0, 1, 2), "blocks": 1},
    "conditions as planes": {"embedding": "concatenated", "attention_levels": (1,)},
    "pixels as they are, one level": {"unshuffle": 1, "channels": (8,), "attention_levels": ()},
    "a stem of four, odd width": {
        "unshuffle": 4,
        "channels": (9, 18),
        "norm_groups": 3,
        "head_channels": 9,
        "attention_levels": (0,),
    },
}
SCHEDULES = [
    DiffusionConfig(),
    DiffusionConfig(zero_terminal_snr=False),
    DiffusionConfig(schedule="linear", prediction="epsilon", zero_terminal_snr=False),
    DiffusionConfig(schedule="linear", timesteps=200),
]


@pytest.mark.parametrize("settings", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("space", [SPACE, ConditionSpace()], ids=["conditions", "none"])
def test_the_network_for_sampling_answers_as_diffusers_does(
    settings: dict[str, object], space: ConditionSpace
) -> None:
    config = NetworkConfig(**{**SMALL, **settings})  # type: ignore[arg-type]
    torch.manual_seed(1)
    trained, own = Denoiser(config, space).eval(), Denoiser(config, space, trains=False).eval()
    own.load_state_dict(trained.state_dict())
    noisy, times = torch.randn(3, 1, 32, 32), torch.tensor([0, 400, 999])
    conditions = torch.tensor([[0.0], [1.0], [torch.nan]])[:, : len(space)]
    with torch.no_grad():
        expected, answered = (network(noisy, times, conditions) for network in (trained, own))
    torch.testing.assert_close(answered, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", presets())
def test_the_weights_of_every_preset_have_the_names_of_diffusers(name: str) -> None:
    config = load_config(name).network
    with torch.device("meta"):
        trained, own = Denoiser(config, SPACE), Denoiser(config, SPACE, trains=False)
    shapes = [{n: w.shape for n, w in network.state_dict().items()} for network in (trained, own)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("diffusion", SCHEDULES)
def test_the_schedule_is_that_of_diffusers_to_the_last_bit(diffusion: DiffusionConfig) -> None:
    make: Any = DDPMScheduler
    scheduler = make(**scheduler_options(diffusion))
    assert torch.equal(signal_shares(diffusion), scheduler.alphas_cumprod)


@pytest.mark.parametrize("steps", [1, 2, 3, 15, 60])
@pytest.mark.parametrize("diffusion", SCHEDULES)
def test_the_default_solver_steps_as_that_of_diffusers(diffusion: DiffusionConfig, steps: int) -> None:
    def predicted(noisy: Tensor, timestep: Tensor) -> Tensor:
        return (3 * noisy).sin() + timestep / diffusion.timesteps

    own, theirs = UniPC(diffusion, steps), _diffusers_unipc(diffusion, steps)
    noisy = expected = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(4))
    for timestep in own.timesteps:
        noisy = own.step(predicted(noisy, timestep), timestep, noisy)
        expected = theirs.step(predicted(expected, timestep), timestep, expected).prev_sample
    torch.testing.assert_close(noisy, expected, rtol=1e-5, atol=1e-6)


def _diffusers_unipc(diffusion: DiffusionConfig, steps: int) -> Any:
    make: Any = UniPCMultistepScheduler  # diffusers carries no types
    scheduler = make(**scheduler_options(diffusion), solver_order=2, final_sigmas_type="zero")
    scheduler.set_timesteps(steps)
    scheduler.timesteps = visited_timesteps(diffusion.timesteps, steps)
    spread = ((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod).sqrt()
    scheduler.sigmas = torch.cat([spread[scheduler.timesteps], torch.zeros(1)]).float()
    return scheduler


def test_sampling_with_the_default_solver_loads_neither_diffusers_nor_dynamo(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    program = (
        "import sys\nfrom generation.__main__ import main\n"
        f"main(['sample', '--count', '1', '--steps', '2', '--checkpoint', {str(tiny_checkpoint)!r},"
        f" '--out', {str(tmp_path / 'out')!r}])\n"
        "loaded = {'diffusers', 'torch._dynamo', 'accelerate', 'scipy', 'pydicom'} & set(sys.modules)\n"
        "sys.exit(', '.join(loaded) or 0)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300
    )
    assert (answer.returncode, answer.stderr.splitlines()[1:]) == (0, [])
    assert (tmp_path / "out" / "000000.png").is_file()
