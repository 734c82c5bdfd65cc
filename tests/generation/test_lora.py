"""Adapting an earlier checkpoint changes each weight in few directions, and leaves an ordinary checkpoint."""

import dataclasses
from pathlib import Path

import pytest
import torch

from generation.checkpoints import load_checkpoint
from generation.conditions import ConditionSpace
from generation.data.shards import Dataset
from generation.errors import RequestError, StoppedError
from generation.training.config import TrainConfig
from generation.training.loop import train

RANK = 2


@pytest.fixture
def space(dataset: Dataset) -> ConditionSpace:
    """That of the tiny checkpoint."""
    return dataset.space(["grade", "side", "age"], ["age"])


@pytest.fixture
def adapting(tiny: TrainConfig) -> TrainConfig:
    quick = dataclasses.replace(tiny.optimiser, learning_rate=0.05, weight_decay=0.0)
    return dataclasses.replace(
        tiny, lora_rank=RANK, judged_images=0, precision="float32", ema_decay=0.5, optimiser=quick
    )


def test_weights_change_in_few_directions_and_nothing_else_of_the_network_does(
    dataset: Dataset, space: ConditionSpace, adapting: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    before = load_checkpoint(tiny_checkpoint).network.state_dict()
    adapted = train(dataset, space, adapting, tmp_path, start_from=tiny_checkpoint, cpu=True)
    after = load_checkpoint(adapted).network.state_dict()
    assert before.keys() == after.keys()
    ranks = []
    for name in (name for name in before if name.startswith("unet.")):
        change = after[name] - before[name]
        if change.dim() == 1:
            assert not change.any(), name
        else:
            values = torch.linalg.svdvals(change.flatten(1))
            ranks.append(int((values > 0.02 * values.max()).sum()) if change.abs().max() > 1e-3 else 0)
    assert max(ranks) == RANK
    assert any((after[n] != before[n]).any() for n in before if n.startswith("conditions."))


def test_a_resumed_adaptation_equals_an_uninterrupted_one(
    dataset: Dataset, space: ConditionSpace, adapting: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    whole = train(dataset, space, adapting, tmp_path / "whole", start_from=tiny_checkpoint, cpu=True)
    cut = {"start_from": tiny_checkpoint, "cpu": True}
    with pytest.raises(StoppedError):
        train(dataset, space, adapting, tmp_path / "cut", should_stop=lambda: True, **cut)
    assert train(dataset, space, adapting, tmp_path / "cut", **cut).read_bytes() == whole.read_bytes()


def test_there_is_nothing_to_adapt_without_a_beginning(
    dataset: Dataset, space: ConditionSpace, adapting: TrainConfig, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match="--start-from"):
        train(dataset, space, adapting, tmp_path, cpu=True)
