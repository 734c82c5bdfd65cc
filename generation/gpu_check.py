"""Exercise every path that a GPU takes, at toy size: which work on this machine, and which fail with what.

The checks run the public functions that `train` and `sample` run. With `cpu`, the same paths run on the CPU:
a rehearsal, which shows that the check itself works and nothing about a GPU.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.devices import usable_device
from generation.errors import GenerationError, StoppedError
from generation.evidence.extractors import domain_extractor
from generation.models.configs import NetworkConfig
from generation.phantoms.write import write_phantoms
from generation.sampling.request import SampleRequest
from generation.sampling.run import sample
from generation.training.config import OptimiserConfig, TrainConfig
from generation.training.launch import launch_words
from generation.training.loop import train

SIZE_PX = 32
_FILMS_PX = 64
STEPS = 6
#: Sums in other orders round differently; a wrong layout or a lost moment is off by far more.
TOLERANCE = 2e-2
_PROCESSES_TIMEOUT_S = 240

OnOutcome = Callable[["Outcome"], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One path: how long it took, and what failed; `skipped` says why it could not be tried here."""

    name: str
    seconds: float
    failure: str = ""
    skipped: str = ""


class NoGpuError(GenerationError):
    """There is no GPU on this machine that torch can use. Run `gpu-check` on one, or rehearse with --cpu."""


def check_gpu(
    work: Path, *, cpu: bool = False, compiled: bool = True, on_outcome: OnOutcome
) -> list[Outcome]:
    """Run every check in the empty folder `work`; a failing check does not stop the others."""
    device = usable_device(cpu=cpu)
    if device.type != "cuda" and not cpu:
        raise NoGpuError
    outcomes = []
    for name, check in _checks(work, device, compiled):
        outcomes.append(_outcome(name, check))
        on_outcome(outcomes[-1])
    return outcomes


class _Skipped(Exception):
    """Why a check does not apply to this machine."""


def _outcome(name: str, check: Callable[[], None]) -> Outcome:
    started = time.monotonic()
    failure = skipped = ""
    try:
        check()
    except _Skipped as reason:
        skipped = str(reason)
    except Exception as error:  # noqa: BLE001 - whatever fails is what the check reports
        failure = f"{type(error).__name__}: {error}"
    return Outcome(name=name, seconds=time.monotonic() - started, failure=failure, skipped=skipped)


def _checks(work: Path, device: torch.device, compiled: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    bench = _Bench(work, device)
    for precision in ("float32", "bfloat16", "float16"):
        yield f"train, {precision}", partial(bench.trains, precision)
    yield "resume equals an uninterrupted run", partial(bench.resumes, "resumed")
    yield "sample, float32, twice the same bytes", bench.samples
    yield "sample, bfloat16, with guidance", partial(bench.samples_fast, "fast")
    yield "features for evidence", bench.extracts
    if compiled:
        yield "train compiled, and resume", partial(bench.resumes, "compiled", compiled=True)
        yield "sample compiled", partial(bench.samples_fast, "compiled-samples", compiled=True)
    yield "train on several processes", bench.trains_together


class _Bench:
    """Toy data and a toy network, made when first needed."""

    def __init__(self, work: Path, device: torch.device) -> None:
        self.work, self.device, self.cpu = work, device, device.type == "cpu"
        self._dataset: Dataset | None = None

    @property
    def films(self) -> Path:
        folder = self.work / "films"
        if not folder.exists():
            write_phantoms(folder, kind="knee-1", count=48, size=_FILMS_PX, seed=1)
        return folder

    @property
    def dataset(self) -> Dataset:
        if self._dataset is None:
            self._dataset = prepare_dataset(read_source(self.films), size=SIZE_PX, cache=self.work / "cache")
        return self._dataset

    def config(self, **changes: object) -> TrainConfig:
        network = NetworkConfig(
            size=SIZE_PX, channels=(16, 32), blocks=1, attention_levels=(1,), head_channels=16, norm_groups=8
        )
        usual = TrainConfig(
            steps=STEPS,
            batch_size=8,
            checkpoint_every=STEPS // 2,
            evaluate_every=STEPS,
            network=network,
            optimiser=OptimiserConfig(warmup_steps=2),
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def train(self, name: str, config: TrainConfig, stop_after: int | None = None) -> Path:
        asked = iter(range(1, STEPS + 2))
        return train(
            self.dataset,
            self.dataset.space(["grade", "side"]),
            config,
            self.work / name,
            cpu=self.cpu,
            should_stop=(lambda: next(asked) >= stop_after) if stop_after else None,
        )

    def trains(self, precision: str) -> None:
        if precision == "bfloat16" and not self.cpu and not torch.cuda.is_bf16_supported(False):
            raise _Skipped(f"{torch.cuda.get_device_name(self.device)} has no bfloat16")
        self.train(f"train-{precision}", self.config(precision=precision))

    def resumes(self, name: str, *, compiled: bool = False) -> None:
        config = self.config(precision="float32", compiled=compiled, judged_images=0)
        whole = load_file(self.train(f"{name}-whole", config))
        try:
            self.train(f"{name}-cut", config, stop_after=STEPS // 2)
        except StoppedError:
            torch.compiler.reset()
        resumed = load_file(self.train(f"{name}-cut", config))
        torch.compiler.reset()
        apart = max(_difference(whole[key].float(), resumed[key].float()) for key in whole)
        if apart > TOLERANCE:
            raise GenerationError(f"weights differ by {apart:.2g} of their size after a resume")

    def request(self, name: str, **changes: object) -> SampleRequest:
        checkpoint = self.work / "resumed-whole" / "checkpoints" / f"step-{STEPS:07d}.safetensors"
        usual = SampleRequest(
            count=5, out=self.work / name, checkpoint=checkpoint, steps=4, batch=2, cpu=self.cpu
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def samples(self) -> None:
        sample(self.request("once"))
        sample(self.request("again"))
        once, again = (
            [path.read_bytes() for path in sorted((self.work / name).glob("*.png"))]
            for name in ("once", "again")
        )
        if once != again:
            raise GenerationError("the same request gave other bytes the second time")

    def samples_fast(self, name: str, *, compiled: bool = False) -> None:
        sample(self.request(name, precision="bfloat16", guidance=2.0, compiled=compiled))
        torch.compiler.reset()

    def extracts(self) -> None:
        pixels = (self.dataset.grey(range(16)) >> 8).astype(np.uint8)
        here, _ = domain_extractor(device=self.device).extract(pixels)
        there, _ = domain_extractor().extract(pixels)
        apart = float(np.abs(here - there).max() / np.abs(there).max())
        if apart > TOLERANCE:
            raise GenerationError(f"features differ by {apart:.2g} of their size from those of the CPU")

    def trains_together(self) -> None:
        """Two processes on a CPU; on GPUs as many as there are, where there are several."""
        devices = 2 if self.cpu else torch.cuda.device_count()
        if devices < 2:
            raise _Skipped("one GPU")
        words = [
            *launch_words(devices),
            *("-m", "generation", "train", str(self.films), "--out", str(self.work / "together")),
            *("--size", str(SIZE_PX), "--steps", "2", "--conditions", "grade", "--set", "batch_size=2"),
            *("--set", "network.channels=[32,64]", "--set", "network.attention_levels=[1]"),
            *("--set", "judged_images=0"),
        ]
        answer = subprocess.run(  # noqa: S603
            [sys.executable, *words, *(["--cpu"] if self.cpu else [])],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=_PROCESSES_TIMEOUT_S,
            check=False,
        )
        if answer.returncode:
            raise GenerationError(answer.stderr.strip()[-2000:])


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max() / one.abs().max().clamp(min=1e-3))
