"""Small real parts: two dozen phantoms, a network that trains in seconds, and a checkpoint of it."""

import contextlib
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generation.__main__ import main
from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.models.configs import NetworkConfig
from generation.phantoms.write import write_phantoms
from generation.training import appraisal
from generation.training.config import OptimiserConfig, TrainConfig
from generation.training.launch import launch_words
from generation.training.loop import train


@pytest.fixture(autouse=True, scope="session")
def _looks_while_training_take_two_steps() -> Iterator[None]:
    """A look at samples costs more than the tiny trainings themselves; solvers have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appraisal, "STEPS", 2)
        patch.setattr(appraisal, "SHEET_STEPS", 2)
        yield


@pytest.fixture
def launched_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """`accelerate launch` runs its command once, in this process; test_launch starts two."""
    start = subprocess.run

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        if "accelerate.commands.launch" not in command:
            return start(command, **options)
        after = command.index("generation")
        processes = int(command[command.index("--num_processes") + 1])
        assert command[1 : after - 1] == launch_words(processes)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = main(command[after + 1 :])
        return subprocess.CompletedProcess(command, ended, out.getvalue(), err.getvalue())

    monkeypatch.setattr(subprocess, "run", run)


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
