"""The noise of a study's images can't be found by trying out seeds of 32 bits, all that torch would take."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generation import SampleRequest, load_checkpoint, sample
from generation.models.configs import DiffusionConfig
from generation.sampling.noise import image_seed, normal, source_of
from generation.sampling.run import Painter
from generation.sampling.schedulers import SchedulerSolver
from generation.sampling.solvers import denoise

SEED = 0xC0FFEE00_D15EA5E0_0DDBA11F_5EEDED01
LAST_32_BITS = 2**32 - 1


@pytest.fixture
def hidden(tiny_checkpoint: Path, tmp_path: Path) -> SampleRequest:
    return SampleRequest(
        count=2, out=tmp_path / "out", checkpoint=tiny_checkpoint, steps=3, seed=SEED, hidden_seed=True
    )


@pytest.mark.parametrize("seed", [image_seed(SEED, 0), SEED])
def test_whoever_tries_all_seeds_of_32_bits_does_not_find_a_hidden_image(
    hidden: SampleRequest, seed: int
) -> None:
    """The attacker has the checkpoint and knows all but the seed; of 2 ** 32 guesses, this one was right."""
    checkpoint = load_checkpoint(hidden.checkpoint_path, torch.device("cpu"))
    painter = Painter(hidden, checkpoint, torch.device("cpu"))
    guessed = denoise(
        checkpoint.network,
        checkpoint.diffusion,
        torch.from_numpy(checkpoint.space.encode(painter.conditions_of(0)))[None],
        [torch.Generator().manual_seed(seed & LAST_32_BITS)],
        size=checkpoint.size,
        steps=hidden.steps,
        guidance=painter.guidance,
    )
    shown = torch.from_numpy(painter.paint([0]))
    assert (guessed[:, 0] - shown).abs().mean() > 0.01


def test_all_of_a_long_seed_and_the_number_decide_the_noise() -> None:
    drawn = [normal(source_of(SEED, 0), 8)]
    drawn += [normal(source_of(SEED ^ (1 << bit), 0), 8) for bit in range(0, 128, 16)]
    drawn += [normal(source_of(SEED, 1), 8)]
    assert len({tuple(one.tolist()) for one in drawn}) == len(drawn)
    assert torch.equal(drawn[0], normal(source_of(SEED, 0), 8))


def test_short_seeds_give_the_noise_that_they_always_gave() -> None:
    known = torch.randn(1, 4, 4, generator=torch.Generator().manual_seed(image_seed(7, 3)))
    assert torch.equal(normal(source_of(7, 3), 1, 4, 4), known)


@pytest.mark.parametrize("sampler", ["unipc", "ddpm"])
def test_hidden_images_are_the_same_when_they_are_made_again(
    hidden: SampleRequest, tmp_path: Path, sampler: str
) -> None:
    first = replace(hidden, sampler=sampler)
    again = replace(first, out=tmp_path / "again", threads=2)
    made = [
        [(request.out / row).read_bytes() for row in sorted(p.name for p in request.out.glob("*.png"))]
        for request in (first, again)
        if sample(request)
    ]
    assert len(made[0]) == 2
    assert made[0] == made[1]


@pytest.mark.parametrize("zero_terminal_snr", [True, False])
@pytest.mark.parametrize("timestep", [999, 500, 1, 0])
def test_an_ancestral_step_is_that_of_diffusers(timestep: int, zero_terminal_snr: bool) -> None:
    """With the same noise, which diffusers draws from torch's generator."""
    solver = SchedulerSolver("ddpm", DiffusionConfig(zero_terminal_snr=zero_terminal_snr), 1000)
    draw = torch.Generator().manual_seed(1)
    predicted, noisy = torch.randn(2, 1, 1, 8, 8, generator=draw)
    theirs = solver.step(predicted, torch.tensor(timestep), noisy, sources=[source_of(5, 0)])
    noise = normal(source_of(5, 0), 1, 1, 8, 8)
    clean = solver.scheduler.step(predicted, timestep, noisy, generator=draw).pred_original_sample
    assert torch.allclose(solver.ancestral(clean, timestep, noisy, noise), theirs, atol=1e-5)
