"""The equations of the diffusion, the configurations, and conditions with gaps."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from generation.conditions import Categorical, ConditionSpace, Continuous, parse_condition
from generation.errors import RequestError, UnknownConditionError
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import Denoiser
from generation.models.diffusion import LEAST_WEIGHT, ForwardProcess, signal_shares, stratified_timesteps
from generation.sampling.request import SAMPLERS, Sampler
from generation.sampling.solvers import Guidance, denoise, initial_noise, make_solver
from generation.training.config import TrainConfig, load_config, overridden, presets

SPACE = ConditionSpace(
    (Categorical(name="grade", values=("0", "1", "2")), Continuous(name="age", low=40.0, high=80.0))
)
SMALL = NetworkConfig(
    size=16, channels=(8, 16), blocks=1, attention_levels=(), head_channels=8, norm_groups=4
)


@pytest.mark.parametrize("guidance", [1.0, 1.5])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_sampling_keeps_to_the_device_of_the_conditions(sampler: Sampler, guidance: float) -> None:
    """The meta device stands for a GPU: it, too, refuses tensors of the CPU beside its own."""
    images = denoise(
        Denoiser(SMALL, SPACE).to("meta").eval(),
        DiffusionConfig(),
        torch.ones(2, len(SPACE), device="meta"),
        [torch.Generator().manual_seed(i) for i in range(2)],
        size=SMALL.size,
        sampler=sampler,
        steps=4,
        guidance=Guidance(scale=guidance),
    )
    assert images.device.type == "meta"
    assert images.shape == (2, 1, SMALL.size, SMALL.size)


def test_the_last_timestep_is_pure_noise() -> None:
    process = ForwardProcess(DiffusionConfig())
    image, noise = torch.ones(1, 1, 2, 2), torch.randn(1, 1, 2, 2)
    assert torch.allclose(process.noised(image, noise, torch.tensor([999])), noise, atol=1e-3)
    assert ForwardProcess(DiffusionConfig(zero_terminal_snr=False)).alphas_cumprod[-1] > 0


def test_v_and_the_noisy_image_give_back_the_image() -> None:
    process, times = ForwardProcess(DiffusionConfig()), torch.tensor([100, 700])
    image, noise = torch.randn(2, 1, 4, 4), torch.randn(2, 1, 4, 4)
    alpha = process.alphas_cumprod[times][:, None, None, None]
    noisy, v = process.noised(image, noise, times), process.target(image, noise, times)
    assert torch.allclose(alpha.sqrt() * noisy - (1 - alpha).sqrt() * v, image, atol=1e-5)


def test_min_snr_weights_follow_their_formula() -> None:
    times = torch.tensor([300, 500, 900])
    for prediction, added in (("v", 1.0), ("epsilon", 0.0)):
        process = ForwardProcess(
            DiffusionConfig(prediction=prediction, zero_terminal_snr=False)  # type: ignore[arg-type]
        )
        snr = process.alphas_cumprod[times] / (1 - process.alphas_cumprod[times])
        expected = (snr.clamp(max=5) / (snr + added)).clamp(min=LEAST_WEIGHT)
        assert torch.allclose(process.weight(times), expected)
    assert ForwardProcess(DiffusionConfig(min_snr=0.0)).weight(times).tolist() == [1, 1, 1]


def test_noise_prediction_with_zero_terminal_snr_is_refused() -> None:
    with pytest.raises(RequestError, match="pure noise"):
        DiffusionConfig(prediction="epsilon")


def test_timesteps_cover_the_range_evenly() -> None:
    drawn = stratified_timesteps(10, 1000, torch.Generator().manual_seed(1))
    assert sorted(int(t) // 100 for t in drawn) == list(range(10))


def test_a_missing_condition_is_its_own_token() -> None:
    torch.manual_seed(0)
    network = Denoiser(SMALL, SPACE).eval()
    for encoder in network.conditions.attributes:  # type: ignore[union-attr]
        torch.nn.init.normal_(encoder.null)
    noisy, times = torch.randn(1, 1, 16, 16), torch.tensor([400])
    asked = [SPACE.encode(values) for values in ({}, {"grade": "1"}, {"grade": "1", "age": 60})]
    with torch.no_grad():
        outputs = [network(noisy, times, torch.from_numpy(c)[None]) for c in asked]
    assert all(torch.isfinite(output).all() for output in outputs)
    assert not torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[1], outputs[2])


@pytest.mark.parametrize("unshuffle", [1, 2, 4])
@pytest.mark.parametrize("embedding", ["added", "concatenated"])
def test_every_stem_and_embedding_answers_in_the_size_of_the_image(unshuffle: int, embedding: str) -> None:
    config = NetworkConfig(
        size=16,
        unshuffle=unshuffle,
        channels=(8, 8),
        blocks=1,
        attention_levels=(1,),
        head_channels=8,
        norm_groups=4,
        embedding=embedding,  # type: ignore[arg-type]
    )
    conditions = torch.tensor([[1.0, math.nan], [math.nan, 0.5]])
    predicted = Denoiser(config, SPACE)(torch.randn(2, 1, 16, 16), torch.tensor([1, 2]), conditions)
    assert predicted.shape == (2, 1, 16, 16)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_solver_finds_the_image_that_the_network_knows(sampler: str) -> None:
    """A network that knows the answer: v for a fixed image."""
    diffusion = DiffusionConfig()
    process, answer = ForwardProcess(diffusion), torch.linspace(-0.9, 0.9, 64).reshape(1, 1, 8, 8)

    def knows(noisy: torch.Tensor, times: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        alpha = process.alphas_cumprod[times][:, None, None, None]
        return (alpha.sqrt() * noisy - answer) / (1 - alpha).sqrt().clamp(min=1e-4)

    image = denoise(
        knows,
        diffusion,
        torch.zeros(1, 0),
        [torch.Generator().manual_seed(3)],
        size=8,
        sampler=sampler,  # type: ignore[arg-type]
        steps=60,
    )
    assert torch.allclose(image, answer, atol=0.06)


def test_solvers_of_the_published_baseline_start_from_its_schedule() -> None:
    baseline = load_config("published-knee").diffusion
    for sampler in SAMPLERS:
        assert len(make_solver(sampler, baseline, 10).timesteps) == 10


@pytest.mark.parametrize("steps", [1, 2, 3, 16, 20, 60, 400, 1000])
@pytest.mark.parametrize("sampler", ["unipc", "dpm++2m"])
def test_steps_go_from_noise_to_image_and_none_is_taken_twice(sampler: Sampler, steps: int) -> None:
    chosen = make_solver(sampler, DiffusionConfig(), steps).timesteps.numpy()
    assert (len(chosen), chosen[0]) == (steps, 999)
    assert (np.diff(chosen) <= -1).all()
    assert chosen[-1] >= 0


def test_fifteen_steps_are_small_at_both_ends() -> None:
    chosen = make_solver("unipc", DiffusionConfig(), 15).timesteps.tolist()
    assert chosen == [999, 993, 974, 943, 899, 743, 601, 475, 363, 267, 185, 118, 66, 29, 6]


@pytest.mark.parametrize("sampler", ["unipc", "dpm++2m"])
def test_images_are_as_bright_and_dark_as_those_that_were_learned(sampler: Sampler) -> None:
    """A network that knows one thing, by Bayes: images are even, of a brightness that spreads by a fifth."""

    spread = 0.2

    def knows_brightness(noisy: Tensor, timestep: Tensor) -> Tensor:
        share = signal_shares(DiffusionConfig())[timestep]
        alpha, sigma = share.sqrt(), (1 - share).sqrt()
        pixels = noisy[0].numel()
        mean = noisy.mean((1, 2, 3), keepdim=True)
        image = (alpha * mean / (alpha**2 + sigma**2 / pixels / spread**2)).expand_as(noisy)
        return (alpha * noisy - image) / sigma.clamp(min=1e-6)

    solver = make_solver(sampler, DiffusionConfig(), 15)
    noisy = torch.randn(400, 1, 128, 128, generator=torch.Generator().manual_seed(1))
    for timestep in solver.timesteps:
        noisy = solver.step(knows_brightness(noisy, timestep), timestep, noisy)
    assert noisy.mean((1, 2, 3)).std().item() == pytest.approx(spread, rel=0.1)


def test_noise_has_no_grid_of_the_stem() -> None:
    noise = initial_noise(torch.Generator().manual_seed(1), 32, 4)
    phases = torch.stack([noise[0, i::4, j::4].mean() for i in range(4) for j in range(4)])
    assert torch.allclose(phases, phases.mean().expand(16), atol=1e-6)
    plain = torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(initial_noise(torch.Generator().manual_seed(1), 32, 1), plain, atol=1e-6)
    assert noise.std() == pytest.approx(1.0, abs=0.05)


def test_guidance_of_one_is_none_and_rescaling_keeps_the_spread() -> None:
    conditional, unconditional = torch.randn(2, 1, 8, 8), torch.randn(2, 1, 8, 8)
    assert not Guidance().acts_at(0.5)
    assert not Guidance(scale=3, interval=(0.2, 0.8)).acts_at(0.9)
    guided = Guidance(scale=4, rescale=1.0).combine(conditional, unconditional)
    assert torch.allclose(guided.std((1, 2, 3)), conditional.std((1, 2, 3)), rtol=1e-4)
    with pytest.raises(RequestError, match="between 0 and 1"):
        Guidance(rescale=2.0)


def test_conditions_survive_their_json_and_draw_what_was_common() -> None:
    space = ConditionSpace.from_columns(
        {"grade": ["0"] * 9 + ["1"], "age": [float(a) for a in range(40, 80)]}
    )
    assert ConditionSpace.from_json(space.to_json()) == space
    rng = np.random.default_rng(0)
    drawn = [space.attributes[0].draw(rng) for _ in range(200)]
    assert 160 < drawn.count("0") < 198
    assert all(40 <= float(space.attributes[1].draw(rng)) <= 79 for _ in range(50))


def test_three_and_three_point_nought_are_the_same_category() -> None:
    assert SPACE.encode({"grade": 2.0})[0] == SPACE.encode({"grade": "2"})[0] == 2


@pytest.mark.parametrize("text", ["grade", "=3", ""])
def test_a_condition_that_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(UnknownConditionError, match="KEY=VALUE"):
        parse_condition(text)


def test_every_preset_loads_and_the_published_knee_network_is_as_printed() -> None:
    for name in presets():
        load_config(name)
    published = load_config("published-knee")
    assert published.network.channels == (128, 128, 256, 256, 512)
    assert (published.network.embedding, published.network.embedding_channels) == ("concatenated", 32)
    assert (published.diffusion.prediction, published.diffusion.schedule) == ("epsilon", "linear")


@pytest.mark.parametrize("name", presets())
def test_every_preset_learns_at_a_sixteenth_of_its_width(name: str) -> None:
    config = load_config(name)
    narrow = replace(
        config.network,
        size=2 * config.network.unshuffle * 2 ** (len(config.network.channels) - 1),
        channels=tuple(2 * (channels // 32) for channels in config.network.channels),
        head_channels=2,
        norm_groups=2,
    )
    torch.manual_seed(0)
    network, process = Denoiser(narrow, SPACE), ForwardProcess(config.diffusion)
    images, noise = torch.randn(2, 2, 1, narrow.size, narrow.size)
    times, conditions = torch.tensor([100, 900]), torch.zeros(2, len(SPACE))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    losses = []
    for _ in range(4):
        predicted = network(process.noised(images, noise, times), times, conditions)
        loss = process.loss(predicted, images, noise, times).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_settings_from_the_command_line_reach_their_table() -> None:
    config = overridden(TrainConfig(), ["optimiser.warmup_steps=7", "network.size=64", "title=Mine"], steps=5)
    assert (config.optimiser.warmup_steps, config.network.size, config.title, config.steps) == (
        7,
        64,
        "Mine",
        5,
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("rate=3", "known are accumulate"),
        ("steps", "KEY=VALUE"),
        ("network.size=50", "Next possible: 64"),
        ("batch_size=0", "1 or more"),
        ("network.norm_groups=7", "must divide"),
        ("network.head_channels=48", "must divide the channels of each attention level"),
        ("network.attention_levels=[9]", "choose among 0 to 3"),
        ("network.channels=[]", "finest first"),
        ("network.channels=big", r"a list such as \[1, 2\]"),
        ("network.unshuffle=0", "1 or more"),
        ("network=3", "a table of settings"),
        ("diffusion.schedule=quadratic", "'cosine' or 'linear'"),
        ("diffusion.timesteps=0", "2 or more"),
        ("flip=both", "'none' or 'side'"),
        ("compiled=maybe", "true or false"),
        ("compiled=1", "true or false"),
        ("batch_size=2.5", "a whole number"),
        ("batch_size=true", "a whole number"),
        ("optimiser.learning_rate=-1", "more than 0"),
        ("optimiser.learning_rate=nan", "more than 0"),
        ("optimiser.betas=[0.9]", "a list"),
        ("ema_decay=1.5", "less than 1"),
        ("condition_dropout=1", "less than 1"),
        ("seed=-1", "0 or more"),
    ],
)
def test_an_impossible_setting_is_refused(setting: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        overridden(TrainConfig(), [setting])


def test_a_configuration_that_is_not_there_names_the_presets() -> None:
    with pytest.raises(RequestError, match="published-knee"):
        load_config("unheard-of")


def test_a_setting_cannot_be_a_value_and_a_table() -> None:
    with pytest.raises(RequestError, match="to a value and to a table"):
        overridden(TrainConfig(), ["network=3", "network.size=64"])


def test_a_whole_number_serves_as_a_number() -> None:
    assert overridden(TrainConfig(), ["optimiser.clip_norm=2"]).optimiser.clip_norm == 2.0


@pytest.mark.parametrize("content", [b"steps = [", b'title = "\xff"'])
def test_a_configuration_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(RequestError, match=r"mine\.toml is no TOML file"):
        load_config(str(tmp_path / "mine.toml"))
