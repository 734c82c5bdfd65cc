"""Small real parts: two dozen phantoms, a network that trains in seconds, and a checkpoint of it."""

from pathlib import Path

import pytest

from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.models.configs import NetworkConfig
from generation.phantoms.write import write_phantoms
from generation.training.config import OptimiserConfig, TrainConfig
from generation.training.loop import train


@pytest.fixture(scope="session")
def phantom_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms") / "films"
    write_phantoms(folder, kind="knee-1", count=40, size=64, seed=5)
    return folder


@pytest.fixture(scope="session")
def dataset(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return prepare_dataset(read_source(phantom_folder), size=16, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def tiny() -> TrainConfig:
    return TrainConfig(
        title="Tiny",
        steps=4,
        batch_size=4,
        checkpoint_every=2,
        evaluate_every=2,
        network=NetworkConfig(
            size=16, channels=(8, 16), blocks=1, attention_levels=(1,), head_channels=8, norm_groups=4
        ),
        optimiser=OptimiserConfig(warmup_steps=2),
    )


@pytest.fixture(scope="session")
def tiny_checkpoint(dataset: Dataset, tiny: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    space = dataset.space(["grade", "side", "age"], ["age"])
    return train(dataset, space, tiny, tmp_path_factory.mktemp("run"), cpu=True)
