"""`gpu-check` says plainly that there is no GPU; rehearsed on a CPU, it passes, and names what fails."""

from pathlib import Path

import pytest
import torch

from generation import gpu_check
from generation.__main__ import main
from generation.gpu_check import Outcome, check_gpu


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_without_a_gpu_the_check_says_so_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpu-check"]) == 1
    assert "There is no GPU on this machine that torch can use." in capsys.readouterr().err


@pytest.mark.usefixtures("launched_here")
def test_a_rehearsal_on_the_cpu_passes_every_check(tmp_path: Path) -> None:
    told: list[Outcome] = []
    outcomes = check_gpu(tmp_path, cpu=True, compiled=False, on_outcome=told.append)
    assert told == outcomes
    assert [(outcome.name, outcome.failure) for outcome in outcomes if outcome.failure] == []
    assert [outcome.name for outcome in outcomes] == [
        *("train, float32", "train, bfloat16", "train, float16"),
        "resume equals an uninterrupted run",
        "sample, float32, twice the same bytes",
        "sample, bfloat16, with guidance",
        "features for evidence",
        "train on several processes",
    ]


def test_a_check_that_fails_is_named_and_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    for name in ("trains", "resumes", "samples", "samples_fast", "trains_together"):
        monkeypatch.setattr(gpu_check._Bench, name, broken if name == "samples" else lambda *_, **__: None)
    monkeypatch.setattr(gpu_check._Bench, "extracts", lambda _: None)
    assert main(["gpu-check", "--cpu", "--no-compile"]) == 1
    said = capsys.readouterr().out
    assert "FAIL  sample, float32, twice the same bytes" in said
    assert "RuntimeError: CUDA error: an illegal memory access" in said
    assert "ok    features for evidence" in said
    assert "FAILED on the CPU (a rehearsal): 1 of 8 checks" in said
