"""Train a WGAN-GP: some critic steps, one generator step, an average of the generator, a checkpoint."""

import csv
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from generation.errors import CheckpointError, DatasetError, DivergedError, StoppedError
from generation.wgan.checkpoint import save_generator, save_tensors
from generation.wgan.networks import Critic, Generator, WganConfig, gradient_penalty

Pixels = NDArray[Any]
Codes = NDArray[np.int64]

STATE = "state.safetensors"
LOG = "log.csv"
COLUMNS = ("step", "images", "seconds", "wasserstein", "penalty", "generator")


@dataclass(frozen=True, kw_only=True)
class WganTraining:
    """The recipe of Gulrajani et al. 2017, section 5; `minutes` ends a run early on a slow machine."""

    steps: int = 20_000
    batch: int = 64
    critic_steps: int = 5
    penalty: float = 10.0
    rate: float = 1e-4
    ema: float = 0.999
    bf16: bool = True
    seed: int = 0
    save_every: int = 200
    minutes: float | None = None


class WganTrainer:
    """One training run in one folder; `run` goes on from where the folder stands."""

    def __init__(
        self, pixels: Pixels, codes: Codes, config: WganConfig, training: WganTraining, out: Path
    ) -> None:
        _check(pixels, codes, config)
        self.pixels, self.codes = pixels, torch.from_numpy(codes)
        self.config, self.training, self.out = config, training, out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(training.seed)
        self.generator = Generator(config).to(self.device)
        self.average = Generator(config).to(self.device).requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        self.critic = Critic(config).to(self.device)
        self.optimisers = {
            name: torch.optim.Adam(net.parameters(), lr=training.rate, betas=(0.0, 0.9))
            for name, net in (("generator", self.generator), ("critic", self.critic))
        }
        self.step, self.seconds = 0, 0.0
        self.stopping = False

    def run(self) -> Path:
        """Train to the last step, or to the last minute; returns the generator's file."""
        self.out.mkdir(parents=True, exist_ok=True)
        if (self.out / STATE).exists():
            self.load()
        with _stop_on_sigterm(self):
            while self.step < self.training.steps and not self._time_is_up():
                started = time.monotonic()
                row = self.train_step()
                self.seconds += time.monotonic() - started
                if self.step % 10 == 0:
                    self._log(row)
                if self.step % self.training.save_every == 0:
                    self.save()
                if self.stopping:
                    self.save()
                    raise StoppedError
        return self.save()

    def train_step(self) -> dict[str, float]:
        """One generator step after `critic_steps` critic steps; what is drawn depends on the step alone."""
        draw = torch.Generator().manual_seed(self.training.seed * 1_000_003 + self.step)
        wasserstein = penalty = torch.zeros(())
        for _ in range(self.training.critic_steps):
            wasserstein, penalty = self._critic_step(draw)
        loss = self._generator_step(draw)
        self.step += 1
        row = {"wasserstein": float(wasserstein), "penalty": float(penalty), "generator": float(loss)}
        if not np.isfinite(list(row.values())).all():
            raise DivergedError
        self._average()
        return row

    def _critic_step(self, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        real, codes = self._batch(draw)
        share = torch.rand(len(real), 1, 1, 1, generator=draw).to(self.device)
        with self._precision():
            with torch.no_grad():
                fake = self.generator(self._noise(draw), codes).float()
            wasserstein = self.critic(real, codes).mean() - self.critic(fake, codes).mean()
            penalty = gradient_penalty(self.critic, real, fake, codes, share)
            loss = self.training.penalty * penalty - wasserstein
        self._descend("critic", loss)
        return wasserstein.detach(), penalty.detach()

    def _generator_step(self, draw: torch.Generator) -> Tensor:
        _, codes = self._batch(draw)
        with self._precision():
            loss: Tensor = -self.critic(self.generator(self._noise(draw), codes), codes).mean()
        self._descend("generator", loss)
        return loss.detach()

    def _descend(self, which: str, loss: Tensor) -> None:
        optimiser = self.optimisers[which]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.training.bf16)

    def _batch(self, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(len(self.pixels), (self.training.batch,), generator=draw)
        whole = float(np.iinfo(self.pixels.dtype).max)
        pixels = self.pixels[chosen.numpy()].astype(np.float32) / whole * 2 - 1
        return torch.from_numpy(pixels)[:, None].to(self.device), self.codes[chosen].to(self.device)

    def _noise(self, draw: torch.Generator) -> Tensor:
        return torch.randn(self.training.batch, self.config.noise, generator=draw).to(self.device)

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential moving average, its memory short at the start: early samples mean something."""
        keep = min(self.training.ema, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(value, 1 - keep)
        for kept, latest in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(latest)

    def _time_is_up(self) -> bool:
        return self.training.minutes is not None and self.seconds >= self.training.minutes * 60

    def _log(self, row: dict[str, float]) -> None:
        path = self.out / LOG
        fresh = not path.exists()
        facts = {
            "step": self.step,
            "images": self.step * self.training.batch,
            "seconds": round(self.seconds, 1),
        }
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if fresh:
                writer.writeheader()
            writer.writerow({**facts, **{name: f"{value:.5f}" for name, value in row.items()}})

    def save(self) -> Path:
        """The generator for sampling, and everything that going on needs."""
        tensors = {
            f"{name}.{key}": value for name, net in self._nets() for key, value in net.state_dict().items()
        }
        for name, optimiser in self.optimisers.items():
            for number, moments in optimiser.state_dict()["state"].items():
                tensors |= {f"adam-{name}.{number}.{key}": value for key, value in moments.items()}
        tensors["progress"] = torch.tensor([self.step, self.seconds], dtype=torch.float64)
        save_tensors(self.out / STATE, tensors)
        facts = {"training": asdict(self.training), "step": self.step, "seconds": round(self.seconds, 1)}
        facts["images_seen_by_generator"] = self.step * self.training.batch
        return save_generator(self.out, self.average, facts)

    def load(self) -> None:
        path = self.out / STATE
        try:
            tensors = load_file(path)
            for name, net in self._nets():
                net.load_state_dict(_below(tensors, name))
        except (SafetensorError, RuntimeError, OSError) as error:
            raise CheckpointError(
                f"{path} does not fit this training ({error}). "
                "Give the same model options as before, or another output folder."
            ) from error
        for name, optimiser in self.optimisers.items():
            state = optimiser.state_dict()
            for key, value in _below(tensors, f"adam-{name}").items():
                number, _, moment = key.partition(".")
                state["state"].setdefault(int(number), {})[moment] = value
            optimiser.load_state_dict(state)
        self.step, self.seconds = int(tensors["progress"][0]), float(tensors["progress"][1])

    def _nets(self) -> tuple[tuple[str, nn.Module], ...]:
        return ("generator", self.generator), ("average", self.average), ("critic", self.critic)


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(name + "."): value for key, value in tensors.items() if key.startswith(name + ".")
    }


def _check(pixels: Pixels, codes: Codes, config: WganConfig) -> None:
    side = config.size_px
    if pixels.ndim != 3 or pixels.shape[1:] != (side, side) or pixels.dtype.kind != "u":
        raise DatasetError(
            f"The images come as {pixels.dtype} {pixels.shape}; this model wants unsigned grey "
            f"{side} x {side} px. Convert and resize them first, or set the model's size."
        )
    if codes.shape != (len(pixels), len(config.vocabulary)):
        raise DatasetError(
            f"{len(pixels)} images and {len(config.vocabulary)} conditions need as many rows and columns "
            f"of labels; got {codes.shape}. Label every image, with -1 where a label is missing."
        )
    for column, (name, values) in enumerate(config.vocabulary.items()):
        if codes[:, column].max() >= len(values) or codes[:, column].min() < -1:
            raise DatasetError(
                f"{name} has codes outside -1 to {len(values) - 1}. Known: {', '.join(values)}."
            )


@contextmanager
def _stop_on_sigterm(trainer: WganTrainer) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        trainer.stopping = True

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # signals reach the main thread only; a worker's thread is stopped by its row
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
