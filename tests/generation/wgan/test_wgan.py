import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generation.__main__ import main
from generation.cards import describe_checkpoint
from generation.conditions import Categorical, ConditionSpace, Continuous
from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.errors import CheckpointError, DivergedError, RequestError, StoppedError
from generation.sampling.noise import source_of
from generation.wgan.networks import Critic, Generator, WganConfig, gradient_penalty
from generation.wgan.sample import draw
from generation.wgan.train import WganRun, WganTraining, train_wgan

NETWORK = WganConfig(size=16, noise=8, width=4, widest=8, embedding=4)
CONFIG = WganTraining(steps=4, batch_size=4, critic_steps=2, bf16=False, checkpoint_every=2, network=NETWORK)
GRADES = ConditionSpace((Categorical(name="grade", values=("0", "1")),))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Grade 0 is dark, grade 1 is bright."""
    rng = np.random.default_rng(0)
    for index in range(24):
        path = tmp_path / "films" / str(index % 2) / f"{index:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.normal(60 + 120 * (index % 2), 8, (16, 16)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(path)
    return tmp_path / "films"


@pytest.fixture
def dataset(source: Path, tmp_path: Path) -> Dataset:
    return prepare_dataset(read_source(source), size=16, cache=tmp_path / "cache")


def _weights(path: Path) -> bytes:
    return path.read_bytes()


def test_the_penalty_is_that_of_a_linear_critic_worked_out_by_hand():
    critic = Critic(NETWORK, ConditionSpace())
    slope = torch.full((1, 256), 0.25)
    critic.body, critic.score = torch.nn.Flatten(), torch.nn.Linear(256, 1)
    with torch.no_grad():
        critic.score.weight.copy_(slope)
    pair = torch.zeros(2, 1, 16, 16)
    penalty = gradient_penalty(critic, pair, pair, torch.zeros(2, 0).long(), torch.rand(2, 1, 1, 1))
    assert penalty.item() == pytest.approx((0.25 * 16 - 1) ** 2)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(dataset, tmp_path):
    whole = train_wgan(dataset, GRADES, CONFIG, tmp_path / "whole", cpu=True)
    stops = iter([False, False, True])
    with pytest.raises(StoppedError, match=r"step 3 of 4, with the checkpoint .*/step-0000003\.safetensors"):
        train_wgan(dataset, GRADES, CONFIG, tmp_path / "cut", should_stop=lambda: next(stops), cpu=True)
    resumed = train_wgan(dataset, GRADES, CONFIG, tmp_path / "cut", cpu=True)
    assert _weights(resumed) == _weights(whole)


def test_a_log_that_a_killed_run_left_is_cut_back_to_its_state(dataset, tmp_path):
    log = tmp_path / "metrics.csv"
    train_wgan(dataset, GRADES, replace(CONFIG, steps=10), tmp_path, cpu=True)
    kept = log.read_text()
    log.write_text(kept + "20,80,1.0,0.1,0.1,0.1\n30,12")
    train_wgan(dataset, GRADES, replace(CONFIG, steps=10), tmp_path, cpu=True)
    assert log.read_text() == kept


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"learning_rate": 1e-3}, "learning_rate was 0.0001, is 0.001"),
        ({"batch_size": 2}, "batch_size was 4, is 2"),
        ({"critic_steps": 1}, "critic_steps was 2, is 1"),
    ],
)
def test_going_on_with_other_settings_is_refused(dataset, tmp_path, setting, told):
    train_wgan(dataset, GRADES, replace(CONFIG, steps=2), tmp_path, cpu=True)
    with pytest.raises(RequestError, match=told):
        train_wgan(dataset, GRADES, replace(CONFIG, **setting), tmp_path, cpu=True)


def test_a_finished_run_may_be_prolonged(dataset, tmp_path):
    train_wgan(dataset, GRADES, replace(CONFIG, steps=2), tmp_path, cpu=True)
    path = train_wgan(dataset, GRADES, replace(CONFIG, steps=3, title="Longer"), tmp_path, cpu=True)
    assert describe_checkpoint(path).manifest["step"] == 3


def test_the_log_and_the_card_say_what_was_trained(dataset, tmp_path):
    config = replace(CONFIG, steps=10)
    path = train_wgan(dataset, GRADES, config, tmp_path / "run", cpu=True)
    card = describe_checkpoint(path)
    assert card.is_wgan
    assert (card.size, card.conditions) == (16, {"grade": ["0", "1"]})
    assert card.manifest["images_seen"] == 40
    assert card.manifest["data"]["digest"] == dataset.digest
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["10"]


def test_the_critic_learns_to_tell_real_from_generated(dataset, tmp_path):
    config = replace(CONFIG, steps=30, learning_rate=5e-3, checkpoint_every=99)
    run = WganRun(dataset, GRADES, config, tmp_path / "run", cpu=True)
    first = run.train_step()["wasserstein"]
    later = [run.train_step()["wasserstein"] for _ in range(29)]
    assert max(later) > first + 0.5


def test_a_loss_that_is_no_number_ends_the_run_and_names_the_state(dataset, tmp_path):
    run = WganRun(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
    with torch.no_grad():
        run.critic.score.bias.fill_(torch.nan)
    with pytest.raises(DivergedError, match="no number any more at step 1"):
        run.train_step()


def test_an_image_is_the_same_whatever_it_is_drawn_with():
    torch.manual_seed(0)
    generator = Generator(NETWORK, GRADES).eval()
    conditions = np.array([[0.0], [1.0], [np.nan]], np.float32)
    together = draw(generator, conditions, [source_of(0, number) for number in range(3)])
    assert (draw(generator, conditions[1:2], [source_of(0, 1)])[0] == together[1]).all()
    assert (draw(generator, conditions[1:2], [source_of(0, 2)])[0] != together[1]).any()


def test_sampling_goes_through_the_same_command_and_says_that_it_was_no_solver(dataset, tmp_path, capsys):
    path = train_wgan(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
    words = (
        "sample",
        "--checkpoint",
        path,
        "--count",
        3,
        "--condition",
        "grade=1",
        "--out",
        tmp_path / "out",
    )
    assert main([str(word) for word in words]) == 0
    with (tmp_path / "out" / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["sampler"], row["steps"], row["grade"]) for row in rows] == [("wgan-gp", "1", "1")] * 3
    assert {row["checkpoint_digest"] for row in rows} == {describe_checkpoint(path).digest}


def test_films_are_not_redrawn_without_a_way_back_to_the_noise(dataset, source, tmp_path, capsys):
    path = train_wgan(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
    film, out = next(source.rglob("*.png")), tmp_path / "out"
    words = ["redraw", film, "--checkpoint", path, "--condition", "grade=1", "--out", out]
    assert main([str(word) for word in words]) == 1
    assert "is a GAN, which leads from no image to its noise" in capsys.readouterr().err
    assert not out.exists()


def test_the_train_command_trains_either_model(source, tmp_path, capsys):
    small = [f"network.{name}={value}" for name, value in (("width", 4), ("widest", 8), ("noise", 8))]
    words = [
        "train",
        source,
        "--model",
        "wgan",
        "--out",
        tmp_path / "run",
        "--size",
        16,
        "--steps",
        1,
        "--cpu",
    ]
    for setting in (*small, "batch_size=4", "critic_steps=1"):
        words += ["--set", setting]
    assert main([str(word) for word in words]) == 0
    said = capsys.readouterr().out
    assert "at 16 px; conditions: grade" in said
    assert "step-0000001.safetensors" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--config", "knee-128"], "--config knee-128 is for diffusion models"),
        (["--start-from", "a.safetensors"], "--start-from is for diffusion models"),
    ],
)
def test_what_only_a_diffusion_model_knows_is_refused(source, tmp_path, capsys, words, told):
    out = tmp_path / "run"
    assert main(["train", str(source), "--model", "wgan", "--out", str(out), "--cpu", *words]) == 1
    assert told in capsys.readouterr().err
    assert not out.exists()


def test_a_size_that_is_no_power_of_two_is_refused():
    with pytest.raises(RequestError, match="a WGAN-GP of 96 px cannot be built"):
        WganConfig(size=96)


def test_a_condition_on_a_scale_is_refused_by_name():
    space = ConditionSpace((Continuous(name="age", low=40, high=80),))
    with pytest.raises(RequestError, match="age is a number on a scale"):
        Generator(NETWORK, space)


def test_a_state_of_another_architecture_is_refused(dataset, tmp_path):
    train_wgan(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
    wider = WganTraining(
        **{**vars(CONFIG), "network": WganConfig(size=16, noise=8, width=8, widest=8, embedding=4)}
    )
    with pytest.raises(RequestError, match=r"network was .*'width': 4.* is .*'width': 8"):
        train_wgan(dataset, GRADES, wider, tmp_path / "run", cpu=True)


def test_a_damaged_state_is_refused_by_name(dataset, tmp_path):
    train_wgan(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
    state = tmp_path / "run" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"state\.safetensors does not fit this training"):
        train_wgan(dataset, GRADES, CONFIG, tmp_path / "run", cpu=True)
