"""The network is told how a training image was changed, and samples are told of no change."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from generation import SampleRequest, sample
from generation.checkpoints import load_checkpoint
from generation.data.shards import Dataset
from generation.errors import RequestError, StoppedError
from generation.models.denoiser import Denoiser
from generation.training.augmentation import SPREADS, changed, draw_changes
from generation.training.config import TrainConfig
from generation.training.loop import train


def test_an_image_without_changes_stays_as_it_is_and_each_change_does_something() -> None:
    images = torch.rand(len(SPREADS) + 1, 1, 16, 16) * 2 - 1
    changes = torch.cat([torch.zeros(1, len(SPREADS)), torch.eye(len(SPREADS))])
    done = changed(images, changes)
    assert torch.equal(done[0], images[0])
    assert all((done[i] - images[i]).abs().max() > 0.01 for i in range(1, len(images)))
    assert done.abs().max() <= 1


def test_a_move_is_as_large_as_it_says() -> None:
    bar = torch.zeros(1, 1, 100, 100)
    bar[..., 50] = 1.0
    move = torch.tensor([[1.0, 0.0, 0.0, 0.0, 0.0]])
    assert int(changed(bar, move)[0, 0, 50].argmax()) == 50 - round(100 * SPREADS[0])


def test_changes_are_as_frequent_as_asked() -> None:
    drawn = draw_changes(np.random.default_rng(3), 4000, 0.25)
    assert np.allclose((drawn != 0).mean(0), 0.25, atol=0.05)


def test_a_network_that_is_told_of_no_change_answers_as_if_it_knew_of_none(
    dataset: Dataset, tiny: TrainConfig
) -> None:
    network = Denoiser(dataclasses.replace(tiny.network, told_changes=5), dataset.space(["grade"])).eval()
    given = (torch.randn(2, 1, 16, 16), torch.tensor([9, 900]), torch.zeros(2, 1))
    told_none = network(*given, torch.zeros(2, 5))
    assert torch.equal(network(*given), told_none)
    assert not torch.equal(network(*given, torch.ones(2, 5)), told_none)


def test_an_augmented_run_resumes_to_the_bit_and_its_checkpoint_samples(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space, config = dataset.space(["grade"]), dataclasses.replace(tiny, augment=0.5, judged_images=0)
    whole = train(dataset, space, config, tmp_path / "whole", cpu=True)
    with pytest.raises(StoppedError):
        train(dataset, space, config, tmp_path / "cut", should_stop=lambda: True, cpu=True)
    assert train(dataset, space, config, tmp_path / "cut", cpu=True).read_bytes() == whole.read_bytes()
    assert load_checkpoint(whole).manifest["network"]["told_changes"] == len(SPREADS)
    request = SampleRequest(count=1, out=tmp_path / "images", checkpoint=whole, steps=1, cpu=True)
    assert sample(request).made == 1


def test_without_conditions_there_is_nothing_to_tell_it_by(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match="augment needs a condition"):
        train(dataset, dataset.space([]), dataclasses.replace(tiny, augment=0.5), tmp_path, cpu=True)
