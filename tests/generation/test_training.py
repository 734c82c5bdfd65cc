"""A run learns, can be cut anywhere, and ends clearly when something is wrong."""

import csv
import dataclasses
import errno
import json
import os
import signal
from pathlib import Path

import pytest
import torch

from generation.checkpoints import load_checkpoint
from generation.conditions import Categorical, ConditionSpace
from generation.data.shards import Dataset
from generation.errors import DiskFullError, DivergedError, OutOfMemoryError, RequestError, StoppedError
from generation.training import loop, state
from generation.training.appraisal import grid_conditions
from generation.training.config import TrainConfig
from generation.training.loop import train
from generation.training.progress import TrainProgress


def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade", "side"])
    whole = train(dataset, space, tiny, tmp_path / "whole", cpu=True)
    with pytest.raises(StoppedError, match=r"step 3 of 4, with the checkpoint .*/step-0000003\.safetensors"):
        train(dataset, space, tiny, tmp_path / "cut", cpu=True, should_stop=_after(3))
    resumed = train(dataset, space, tiny, tmp_path / "cut", cpu=True)
    assert resumed.read_bytes() == whole.read_bytes()
    assert _log(tmp_path / "cut", "train_loss")[0] == _log(tmp_path / "whole", "train_loss")[0]


@pytest.mark.slow
def test_the_loss_falls(dataset: Dataset, tiny: TrainConfig, tmp_path: Path) -> None:
    quick = dataclasses.replace(tiny.optimiser, learning_rate=1e-2, decay="constant")
    longer = dataclasses.replace(tiny, steps=45, evaluate_every=15, checkpoint_every=45, optimiser=quick)
    train(dataset, dataset.space([]), longer, tmp_path, cpu=True)
    losses = [float(value) for value in _log(tmp_path, "train_loss")]
    assert losses[-1] < 0.8 * losses[0]


def test_a_run_leaves_log_board_samples_and_checkpoints(tiny_checkpoint: Path) -> None:
    run = tiny_checkpoint.parent.parent
    assert _log(run, "step") == ["2", "4"]
    assert all(float(value) > 0 for value in _log(run, "validation_loss") + _log(run, "spectrum_distance"))
    assert list((run / "tensorboard").glob("events*"))
    assert sorted(path.name for path in (run / "samples").iterdir()) == [
        "step-0000002.png",
        "step-0000004.png",
    ]
    assert tiny_checkpoint.with_suffix(".json").is_file()


@pytest.mark.parametrize(
    ("categories", "columns"),
    [({"grade": "01234"}, 4), ({"grade": "01234", "side": "LR"}, 4), ({"grade": "01", "side": "LR"}, 10)],
)
def test_each_row_of_the_sample_sheet_is_a_value_of_the_first_label(
    categories: dict[str, str], columns: int
) -> None:
    space = ConditionSpace(tuple(Categorical(name=n, values=tuple(v)) for n, v in categories.items()))
    grid, found = grid_conditions(space)
    rows = grid[:, 0].reshape(-1, found)
    assert found == columns
    assert (rows == rows[:, :1]).all()
    assert len(set(rows[:, 0].tolist())) == len(rows) == len(categories["grade"])


def test_sigterm_ends_after_the_step_with_a_usable_checkpoint(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    def terminate(progress: TrainProgress) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(StoppedError, match="run the same command again"):
        train(dataset, dataset.space(["grade"]), tiny, tmp_path, cpu=True, on_progress=terminate)
    load_checkpoint(tmp_path / "checkpoints" / "step-0000001.safetensors")
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_loss_that_is_no_number_ends_the_run_and_names_the_kept_state(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    wild = dataclasses.replace(
        tiny, optimiser=dataclasses.replace(tiny.optimiser, learning_rate=1e30, clip_norm=1e30)
    )
    with pytest.raises(DivergedError, match="lower learning_rate"):
        train(dataset, dataset.space(["grade"]), wild, tmp_path, cpu=True)


def test_weights_that_are_no_numbers_never_replace_the_last_state(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    """The loss of a step is a number still when the step itself spoils the weights."""
    wild = dataclasses.replace(
        tiny,
        optimiser=dataclasses.replace(tiny.optimiser, learning_rate=1e37, clip_norm=1e30),
        checkpoint_every=1,
        evaluate_every=1000,
    )
    with pytest.raises(DivergedError, match=r"step-0000001\.safetensors was not written"):
        train(dataset, dataset.space(["grade"]), wild, tmp_path, cpu=True)
    assert not (tmp_path / "checkpoints").exists()
    assert not (tmp_path / "state").exists()


def test_too_little_memory_is_said_with_the_remedy(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(loop._Run, "_loss", no_memory)
    with pytest.raises(OutOfMemoryError, match="batch_size to half"):
        train(dataset, dataset.space(["grade"]), tiny, tmp_path, cpu=True)


def test_a_full_disk_keeps_the_state_before(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    before = (tmp_path / "state" / "state.safetensors").read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state, "save_file", full)
    with pytest.raises(DiskFullError, match="free some space"):
        train(dataset, space, tiny, tmp_path, cpu=True)
    assert (tmp_path / "state" / "state.safetensors").read_bytes() == before
    assert not (tmp_path / "state.part").exists()


def test_going_on_with_other_settings_is_refused(dataset: Dataset, tiny: TrainConfig, tmp_path: Path) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    with pytest.raises(RequestError, match="batch_size was 4, is 2"):
        train(dataset, space, dataclasses.replace(tiny, batch_size=2), tmp_path, cpu=True)


def test_going_on_with_images_moved_between_the_parts_is_refused(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    moved = dataclasses.replace(dataset, splits=("train",) * len(dataset))
    assert moved.digest == dataset.digest
    with pytest.raises(RequestError, match="parts was"):
        train(moved, space, tiny, tmp_path, cpu=True)


def test_half_a_row_at_the_end_of_the_log_is_left_out(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    with (tmp_path / "log.csv").open("a") as file:
        file.write("4,1")
    train(dataset, space, tiny, tmp_path, cpu=True)
    assert _log(tmp_path, "step") == ["2", "4"]


def test_accumulated_parts_make_one_step(dataset: Dataset, tiny: TrainConfig, tmp_path: Path) -> None:
    halves = dataclasses.replace(tiny, batch_size=2, accumulate=2, steps=2)
    train(dataset, dataset.space(["grade"]), halves, tmp_path, cpu=True)
    assert _log(tmp_path, "images_seen") == ["8"]


def _after(steps: int) -> loop.Callable[[], bool]:
    asked = iter(range(1, 1000))
    return lambda: next(asked) >= steps


def _log(run: Path, column: str) -> list[str]:
    with (run / "log.csv").open(newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_processor_time_is_counted_over_interruptions(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade"])
    with pytest.raises(StoppedError):
        train(dataset, space, tiny, tmp_path, should_stop=lambda: True, cpu=True)
    before = json.loads((tmp_path / "state" / "state.json").read_text())["core_seconds"]
    train(dataset, space, tiny, tmp_path, cpu=True)
    after = json.loads((tmp_path / "state" / "state.json").read_text())["core_seconds"]
    assert 0 < before < after
