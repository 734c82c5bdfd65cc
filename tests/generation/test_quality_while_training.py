"""A run logs distances to held-out images, and raises an alarm once samples repeat training images."""

import csv
import dataclasses
import logging
from pathlib import Path

import numpy as np
import pytest

from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.training.config import TrainConfig
from generation.training.loop import train
from generation.training.quality import Judge


@pytest.fixture(scope="module")
def films(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """With 40 phantoms to train on, and as many others held out."""
    dataset = prepare_dataset(read_source(phantom_folder), size=32, cache=tmp_path_factory.mktemp("cache"))
    rng = np.random.default_rng(8)
    return dataclasses.replace(
        dataset,
        names=dataset.names * 2,
        patients=tuple(f"p{i}" for i in range(2 * len(dataset))),
        splits=("train",) * len(dataset) + ("val",) * len(dataset),
        labels={name: column * 2 for name, column in dataset.labels.items()},
        folder=_with_others(dataset, rng, tmp_path_factory.mktemp("shards")),
    )


def _with_others(dataset: Dataset, rng: np.random.Generator, folder: Path) -> Path:
    """The images, then each mixed with another and rolled: as different from them as they are."""
    grey = dataset.grey(range(len(dataset)))
    others = grey[rng.permutation(len(grey))] // 2 + np.roll(grey, 3, axis=0) // 2
    np.save(folder / "shard-00000.npy", np.concatenate([grey, others]))
    return folder


def _judge(films: Dataset) -> Judge:
    return Judge(films, films.of_split("val"), seed=0, mirrored=False)


def test_copies_raise_the_alarm_and_other_images_do_not(films: Dataset) -> None:
    judge, rng = _judge(films), np.random.default_rng(1)
    train_images = films.images(films.of_split("train"))
    noisy = train_images + rng.normal(0, 0.02, train_images.shape).astype(np.float32)
    copied, honest = judge.judge(noisy), judge.judge(films.images(films.of_split("val")))
    assert (copied.alarming, honest.alarming) == (True, False)
    assert copied.copies == len(noisy)
    assert np.allclose(copied.pairs[:8], copied.pairs[8:], atol=0.2)
    assert f"{len(noisy)} of {len(noisy)} samples" in copied.sentence


def test_a_mirrored_copy_is_found_where_training_mirrors(films: Dataset) -> None:
    mirrored = films.images(films.of_split("train"))[..., ::-1].copy()
    assert not _judge(films).judge(mirrored).alarming
    assert Judge(films, films.of_split("val"), seed=0, mirrored=True).judge(mirrored).alarming


def test_the_held_out_images_themselves_are_nearest_and_noise_is_farthest(films: Dataset) -> None:
    judge, rng = _judge(films), np.random.default_rng(2)
    held_out = films.images(films.of_split("val"))
    noise = rng.normal(0, 0.5, held_out.shape).astype(np.float32).clip(-1, 1)
    same, other = judge.judge(held_out), judge.judge(noise)
    assert same.fd == pytest.approx(0, abs=1e-3)
    assert same.kid < other.kid
    assert (same.coverage, other.coverage) == (1, 0)


def test_a_run_logs_the_distances_and_its_checkpoint_carries_them(
    films: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    path = train(
        films, films.space(["grade"]), dataclasses.replace(tiny, judged_images=20), tmp_path, cpu=True
    )
    with (tmp_path / "log.csv").open(newline="") as file:
        row = list(csv.DictReader(file))[-1]
    assert float(row["fd"]) > 0
    assert 0 <= float(row["coverage"]) <= 1
    assert f'"fd": {float(row["fd"])}' in path.with_suffix(".json").read_text()


def test_an_alarm_is_logged_with_a_sheet_of_pairs(
    films: Dataset,
    tiny: TrainConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    judged = Judge.judge
    copies = films.images(films.of_split("train"))
    monkeypatch.setattr(Judge, "judge", lambda judge, _: judged(judge, copies))
    with caplog.at_level(logging.WARNING):
        train(films, films.space(["grade"]), dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    sheet = tmp_path / "copies" / "step-0000002.png"
    assert str(sheet) in caplog.text
    assert sheet.is_file()


def test_a_run_that_is_not_judged_draws_no_samples_for_it(
    films: Dataset, tiny: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Judge, "judge", lambda *_: pytest.fail("judged"))
    train(films, films.space(["grade"]), dataclasses.replace(tiny, judged_images=0), tmp_path, cpu=True)
    with (tmp_path / "log.csv").open(newline="") as file:
        assert {row["fd"] for row in csv.DictReader(file)} == {"nan"}
