"""Compiling is a choice that is written down, keeps the names of the weights, and is off by default.

What torch makes of the traced network takes minutes and is torch's own; here the trace runs as it is.
"""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from generation import SampleRequest, load_checkpoint, sample
from generation.data.shards import Dataset
from generation.errors import OutputError, RequestError
from generation.training.config import TrainConfig
from generation.training.loop import train
from generation.training.state import refuse_another_run

#: diffusers asks for versions through a cache, which the trace leaves out
pytestmark = pytest.mark.filterwarnings("ignore:Dynamo detected a call to a .functools.lru_cache")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """How networks were asked to be compiled."""
    asked: list[dict[str, Any]] = []
    compile_ = nn.Module.compile

    def trace(network: nn.Module, **options: Any) -> None:
        asked.append(options)
        compile_(network, backend="eager", dynamic=options["dynamic"])

    monkeypatch.setattr(nn.Module, "compile", trace)
    yield asked
    torch.compiler.reset()


@pytest.fixture
def request_(tiny_checkpoint: Path, tmp_path: Path) -> SampleRequest:
    return SampleRequest(count=2, out=tmp_path / "out", checkpoint=tiny_checkpoint, steps=2, threads=1)


def test_a_compiled_network_paints_and_the_folder_says_so(
    request_: SampleRequest, compiled: list[dict[str, Any]]
) -> None:
    sample(dataclasses.replace(request_, compiled=True))
    assert compiled == [{"mode": "default", "dynamic": False}]
    assert json.loads((request_.out / "request.json").read_text())["compiled"] is True
    with pytest.raises(OutputError, match="compiled was True, is None"):
        sample(request_)


def test_nothing_is_compiled_unasked(request_: SampleRequest, compiled: list[dict[str, Any]]) -> None:
    sample(request_)
    assert compiled == []
    assert "compiled" not in json.loads((request_.out / "request.json").read_text())
    with pytest.raises(OutputError, match="compiled was None, is True"):
        sample(dataclasses.replace(request_, compiled=True))


def test_a_compiled_training_writes_the_same_checkpoint_names(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path, compiled: list[dict[str, Any]]
) -> None:
    config = dataclasses.replace(tiny, steps=2, compiled=True)
    checkpoint = load_checkpoint(train(dataset, dataset.space(["grade"]), config, tmp_path, cpu=True))
    assert compiled == [{"mode": "default", "dynamic": False}]
    assert checkpoint.manifest["training"]["compiled"] is True


def test_a_run_that_began_before_a_setting_was_possible_goes_on_without_it(tmp_path: Path) -> None:
    refuse_another_run(tmp_path, {"seed": 1}, {"seed": 1, "compiled": False})
    with pytest.raises(RequestError, match="compiled was None, is True"):
        refuse_another_run(tmp_path, {"seed": 1}, {"seed": 1, "compiled": True})
