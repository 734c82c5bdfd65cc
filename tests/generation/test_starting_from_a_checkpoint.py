"""A run may begin with what an earlier one learned."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generation.checkpoints import load_checkpoint, write_checkpoint
from generation.conditions import Categorical, ConditionSpace, Value
from generation.data.shards import Dataset
from generation.errors import RequestError
from generation.models.denoiser import Denoiser
from generation.training.beginning import begin_with
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


def test_the_card_counts_what_went_into_the_weights_over_all_runs(
    dataset: Dataset, space: ConditionSpace, still: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    before = _card(tiny_checkpoint)
    assert (before["total_steps"], before["total_images"]) == (4, 16)
    assert before["core_hours"] >= 0
    second = train(dataset, space, still, tmp_path / "second", start_from=tiny_checkpoint, cpu=True)
    third = train(dataset, space, still, tmp_path / "third", start_from=second, cpu=True)
    assert (_card(third)["total_steps"], _card(third)["total_images"]) == (6, 24)
    assert _card(third)["core_hours"] >= before["core_hours"]
    assert "core_hours" not in load_checkpoint(third).manifest


def test_hours_that_are_not_known_stay_unknown(
    dataset: Dataset, space: ConditionSpace, still: TrainConfig, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(tiny_checkpoint.read_bytes())
    path = train(dataset, space, still, tmp_path / "run", start_from=alone, cpu=True)
    assert (_card(path)["total_steps"], _card(path)["core_hours"]) == (5, None)


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
    assert str(refusal.value).endswith("blocks is 1 there and 3 here. Make them the same, or start anew.")
    assert not (tmp_path / "state").exists()


@pytest.fixture
def loud_checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """The tiny one as after a long training: leaving a condition out says much."""
    checkpoint = load_checkpoint(tiny_checkpoint)
    torch.manual_seed(3)
    for encoder in checkpoint.network.conditions.attributes:  # type: ignore[union-attr]
        torch.nn.init.normal_(encoder.null)
    path = tmp_path / "loud.safetensors"
    write_checkpoint(path, checkpoint.network, checkpoint.manifest, half=False)
    return path


ASKED = [{"grade": "1"}, {"grade": "4"}, {}]


def _begun(path: Path, space: ConditionSpace, tiny: TrainConfig, **changes: object) -> Denoiser:
    network = Denoiser(dataclasses.replace(tiny.network, **changes), space)  # type: ignore[arg-type]
    begin_with(path, network, tiny.diffusion)
    return network.eval()


def _predicted(network: Denoiser, asked: Sequence[Mapping[str, Value]]) -> torch.Tensor:
    noisy = torch.randn(len(asked), 1, 16, 16, generator=torch.Generator().manual_seed(2))
    conditions = torch.from_numpy(np.stack([network.space.encode(values) for values in asked]))
    with torch.no_grad():
        predicted: torch.Tensor = network(noisy, torch.full((len(asked),), 300), conditions)
    return predicted


def _old(path: Path) -> Denoiser:
    network = load_checkpoint(path).network
    assert isinstance(network, Denoiser)
    return network


def test_conditions_that_are_gone_count_as_not_said(
    dataset: Dataset, tiny: TrainConfig, loud_checkpoint: Path
) -> None:
    begun = _begun(loud_checkpoint, dataset.space(["grade"]), tiny, dropout=0.1)
    torch.testing.assert_close(_predicted(begun, ASKED), _predicted(_old(loud_checkpoint), ASKED))


def test_a_new_condition_says_nothing_at_first_and_the_order_may_change(
    dataset: Dataset, tiny: TrainConfig, loud_checkpoint: Path
) -> None:
    known = dataset.space(["age", "grade"], ["age"])
    sex = Categorical(name="sex", values=("f", "m"))
    more = dataclasses.replace(known, attributes=(sex, *known.attributes))
    low, _ = known.allowed()["age"]
    asked: list[Mapping[str, Value]] = [{"grade": "2", "age": low}, {"grade": "3"}]
    said: list[Mapping[str, Value]] = [{**asked[0], "sex": "m"}, asked[1]]
    begun = _begun(loud_checkpoint, more, tiny)
    torch.testing.assert_close(_predicted(begun, said), _predicted(_old(loud_checkpoint), asked))


def test_a_new_value_of_a_category_begins_as_not_said(
    dataset: Dataset, tiny: TrainConfig, loud_checkpoint: Path
) -> None:
    grade = Categorical(name="grade", values=("4", "1", "revised"))
    begun = _begun(loud_checkpoint, ConditionSpace((grade,)), tiny)
    asked: list[Mapping[str, Value]] = [{"grade": "1"}, {"grade": "4"}, {"grade": "revised"}]
    torch.testing.assert_close(_predicted(begun, asked), _predicted(_old(loud_checkpoint), ASKED))


def test_a_category_that_was_a_number_is_refused(tiny: TrainConfig, loud_checkpoint: Path) -> None:
    age = Categorical(name="age", values=("old", "young"))
    with pytest.raises(RequestError, match="age is a category in one of both"):
        _begun(loud_checkpoint, ConditionSpace((age,)), tiny)


def test_what_was_never_left_out_in_training_cannot_be_left_out(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    strict = dataclasses.replace(tiny, steps=1, condition_dropout=0.0, judged_images=0)
    path = train(dataset, dataset.space(["grade", "side"]), strict, tmp_path, cpu=True)
    with pytest.raises(RequestError, match="always with side"):
        _begun(path, dataset.space(["grade"]), tiny)


def _card(path: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    return card
