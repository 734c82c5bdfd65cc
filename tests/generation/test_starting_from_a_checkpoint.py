"""A run may begin with what an earlier one learned."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from generation.checkpoints import load_checkpoint
from generation.conditions import ConditionSpace
from generation.data.shards import Dataset
from generation.errors import RequestError
from generation.training.config import TrainConfig
from generation.training.loop import train


@pytest.fixture
def still(tiny: TrainConfig) -> TrainConfig:
    """One step that changes next to nothing."""
    slow = dataclasses.replace(tiny.optimiser, learning_rate=1e-9)
    return dataclasses.replace(tiny, steps=1, optimiser=slow)


@pytest.fixture
def space(dataset: Dataset) -> ConditionSpace:
    """That of the tiny checkpoint."""
    return dataset.space(["grade", "side", "age"], ["age"])


def test_it_begins_with_the_weights_and_says_whose_they_were(
    dataset: Dataset, space: ConditionSpace, still: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    old = load_checkpoint(tiny_checkpoint)
    path = train(dataset, space, still, tmp_path, start_from=tiny_checkpoint, cpu=True)
    for mine, theirs in zip(
        load_checkpoint(path).network.parameters(), old.network.parameters(), strict=True
    ):
        torch.testing.assert_close(mine, theirs, atol=1e-3, rtol=1e-3)
    assert json.loads(path.with_suffix(".json").read_text())["started_from"] == old.digest


def test_another_beginning_is_another_run(
    dataset: Dataset, space: ConditionSpace, still: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    train(dataset, space, still, tmp_path, start_from=tiny_checkpoint, cpu=True)
    with pytest.raises(RequestError, match="started_from"):
        train(dataset, space, still, tmp_path, cpu=True)


def test_a_checkpoint_of_another_kind_is_refused_with_all_that_differs(
    dataset: Dataset, still: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    deeper = dataclasses.replace(still, network=dataclasses.replace(still.network, blocks=3))
    with pytest.raises(RequestError) as refusal:
        train(dataset, dataset.space(["grade"]), deeper, tmp_path, start_from=tiny_checkpoint, cpu=True)
    assert str(refusal.value).endswith(
        "blocks is 1 there and 3 here; side is L, R there and absent here; age is a number there and absent "
        "here. Make them the same, or start anew."
    )
    assert not (tmp_path / "state").exists()
