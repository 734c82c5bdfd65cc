"""Train a WGAN-GP on the data of the diffusion model: same dataset, same conditions, same checkpoint file."""

import csv
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from generation.cards import WGAN_ARCHITECTURE
from generation.checkpoints import software_versions, write_checkpoint
from generation.conditions import ConditionSpace
from generation.data.shards import Dataset
from generation.devices import usable_device
from generation.errors import CheckpointError, DivergedError, RequestError, StoppedError
from generation.files import readable_refusals, write_whole
from generation.memory import readable_shortage
from generation.settings import refuse_below, refuse_beyond_share, refuse_not_positive
from generation.stopping import stop_signal
from generation.training.progress import OnProgress, TrainProgress
from generation.training.state import refuse_another_run
from generation.wgan.networks import Critic, Generator, WganConfig, codes_of, gradient_penalty

Net = TypeVar("Net", Generator, Critic)
STATE = "state.safetensors"
LOG = "metrics.csv"
COLUMNS = ("step", "images_seen", "seconds", "wasserstein", "penalty", "generator")
LOG_EVERY = 10


@dataclass(frozen=True, kw_only=True)
class WganTraining:
    """The recipe of Gulrajani et al. 2017, section 5. A step is one of the generator."""

    title: str = "WGAN-GP"
    steps: int = 20_000
    batch_size: int = 64
    critic_steps: int = 5
    penalty: float = 10.0
    learning_rate: float = 1e-4
    ema_decay: float = 0.999
    condition_dropout: float = 0.1
    bf16: bool = True
    seed: int = 0
    checkpoint_every: int = 500
    network: WganConfig = field(default_factory=WganConfig)

    def __post_init__(self) -> None:
        refuse_below(self, 1, "steps", "batch_size", "critic_steps", "checkpoint_every")
        refuse_below(self, 0, "seed", "penalty")
        refuse_not_positive(self, "learning_rate")
        refuse_beyond_share(self, "condition_dropout", "ema_decay")


def train_wgan(
    dataset: Dataset,
    space: ConditionSpace,
    config: WganTraining,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    cpu: bool = False,
) -> Path:
    """Train, or go on where `out` stopped; answers the path of the final checkpoint."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes > 1:
        raise RequestError(
            f"a WGAN-GP is trained by one process, and {processes} would write the same files. "
            "Use `python -m generation train` without `accelerate launch`."
        )
    too_little = f"the memory is not enough for batches of {config.batch_size}. Set batch_size to half of it."
    with readable_refusals(out), readable_shortage(too_little):
        run = WganRun(dataset, space, config, out, cpu=cpu)
        with stop_signal() as signalled:
            run.go(on_progress, lambda: signalled() or (should_stop is not None and should_stop()))
    return run.checkpoint_path()


class WganRun:
    """One training run in one folder."""

    def __init__(
        self, dataset: Dataset, space: ConditionSpace, config: WganTraining, out: Path, *, cpu: bool = False
    ) -> None:
        self.dataset, self.space, self.config, self.out = dataset, space, config, out
        self.shown = dataset.of_split("train")
        self.conditions = codes_of(torch.from_numpy(dataset.conditions(space)))
        self.device = usable_device(cpu=cpu)
        torch.manual_seed(config.seed)
        network = WganConfig(**{**asdict(config.network), "size": dataset.size})
        self.generator = self._placed(Generator(network, space))
        self.average = self._placed(Generator(network, space)).requires_grad_(False).eval()
        self.average.load_state_dict(self.generator.state_dict())
        self.critic = self._placed(Critic(network, space))
        self.optimisers = {
            name: torch.optim.Adam(net.parameters(), lr=config.learning_rate, betas=(0.0, 0.9))
            for name, net in (("generator", self.generator), ("critic", self.critic))
        }
        self.step, self.seconds = 0, 0.0
        if (out / STATE).is_file():
            self._load()

    def _placed(self, net: Net) -> Net:
        """On the device, in the memory order that convolves fastest."""
        net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return net

    def go(self, on_progress: OnProgress | None, should_stop: Callable[[], bool]) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        self._cut_log()
        while self.step < self.config.steps:
            started = time.monotonic()
            row = self.train_step()
            self.seconds += time.monotonic() - started
            if self.step % LOG_EVERY == 0:
                self._log(row)
                self._tell(on_progress, row)
            if self.step % self.config.checkpoint_every == 0:
                self.save()
            if should_stop():
                self.save()
                raise StoppedError(
                    f"stopped after step {self.step} of {self.config.steps}, with the checkpoint "
                    f"{self.checkpoint_path()}. "
                    "The state is kept: run the same command again to go on."
                )
        self.save()

    def train_step(self) -> dict[str, float]:
        """One generator step after `critic_steps` critic steps; what is drawn depends on the step alone."""
        draw = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.step)
        wasserstein = penalty = torch.zeros(())
        for _ in range(self.config.critic_steps):
            wasserstein, penalty = self._critic_step(draw)
        loss = self._generator_step(draw)
        self.step += 1
        row = {"wasserstein": float(wasserstein), "penalty": float(penalty), "generator": float(loss)}
        if not np.isfinite(list(row.values())).all():
            raise DivergedError(
                f"the loss is no number any more at step {self.step}. The state of the last checkpoint is "
                f"kept in {self.out / STATE}: go on from it with a lower learning_rate."
            )
        self._follow()
        return row

    def _critic_step(self, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        real, codes = self._batch(draw)
        share = torch.rand(len(real), 1, 1, 1, generator=draw).to(self.device)
        with self._precision():
            with torch.no_grad():
                fake = self.generator(self._noise(draw), codes).float()
            wasserstein = self.critic(real, codes).mean() - self.critic(fake, codes).mean()
            penalty = gradient_penalty(self.critic, real, fake, codes, share)
            loss = self.config.penalty * penalty - wasserstein
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
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.bf16)

    def _batch(self, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        """Images with their codes; a tenth of the codes is left out, so that 'not stated' is learnt too."""
        chosen = self.shown[torch.randint(len(self.shown), (self.config.batch_size,), generator=draw).numpy()]
        codes = self.conditions[torch.from_numpy(chosen)].clone()
        codes[torch.rand(codes.shape, generator=draw) < self.config.condition_dropout] = -1
        return torch.from_numpy(self.dataset.images(chosen)).to(self.device), codes.to(self.device)

    def _noise(self, draw: torch.Generator) -> Tensor:
        size = self.config.batch_size, self.generator.config.noise
        return torch.randn(size, generator=draw).to(self.device)

    @torch.no_grad()
    def _follow(self) -> None:
        """Exponential moving average, its memory short at the start: early samples mean something."""
        keep = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(value, 1 - keep)
        for kept, latest in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(latest)

    def _cut_log(self) -> None:
        """A killed run wrote lines after its last state; the steps are taken, and written, again."""
        path = self.out / LOG
        if path.exists():
            head, *lines = path.read_text(encoding="utf-8").splitlines()
            whole = [line for line in lines if line.count(",") == head.count(",")]
            kept = [line for line in whole if int(line.partition(",")[0]) <= self.step]
            write_whole(path, "\n".join([head, *kept, ""]))

    def _log(self, row: dict[str, float]) -> None:
        path = self.out / LOG
        fresh = not path.exists()
        facts = {
            "step": self.step,
            "images_seen": self.step * self.config.batch_size,
            "seconds": round(self.seconds, 1),
        }
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if fresh:
                writer.writeheader()
            writer.writerow({**facts, **{name: f"{value:.5f}" for name, value in row.items()}})

    def _tell(self, on_progress: OnProgress | None, row: dict[str, float]) -> None:
        if on_progress is not None:
            speed = self.step * self.config.batch_size / max(self.seconds, 1e-9)
            left = (self.config.steps - self.step) * self.config.batch_size
            on_progress(
                TrainProgress(
                    step=self.step,
                    steps=self.config.steps,
                    loss=row["wasserstein"],
                    images_per_second=speed,
                    seconds_left=left / speed,
                )
            )

    def checkpoint_path(self) -> Path:
        return self.out / "checkpoints" / f"step-{self.step:07d}.safetensors"

    def save(self) -> None:
        """The averaged generator for sampling, and everything that going on needs."""
        manifest = {
            "architecture": WGAN_ARCHITECTURE,
            "title": self.config.title,
            "network": self.average.config.to_json(),
            "conditions": self.space.to_json(),
            "condition_rows": self.space.rows,
            "software": software_versions(),
            "step": self.step,
            "images_seen": self.step * self.config.batch_size,
            "training": asdict(self.config),
            "data": {"digest": self.dataset.digest, "images": len(self.shown)},
        }
        write_checkpoint(self.checkpoint_path(), self.average, manifest, half=False)
        part = self.out / f"{STATE}.part"
        save_file(self._state(), part, metadata={"identity": json.dumps(self._identity())})
        part.replace(self.out / STATE)

    def _identity(self) -> dict[str, Any]:
        """What must be the same to go on: all but the run's length and how often it is saved."""
        free = {"steps", "checkpoint_every", "title"}
        kept = {name: value for name, value in asdict(self.config).items() if name not in free}
        data = {"data": self.dataset.digest, "parts": self.dataset.parts}
        return {**kept, **data, "conditions": self.space.to_json()}

    def _state(self) -> dict[str, Tensor]:
        tensors = {
            f"{name}.{key}": value for name, net in self._nets() for key, value in net.state_dict().items()
        }
        for name, optimiser in self.optimisers.items():
            for number, moments in optimiser.state_dict()["state"].items():
                tensors |= {f"adam-{name}.{number}.{key}": value for key, value in moments.items()}
        tensors["progress"] = torch.tensor([self.step, self.seconds], dtype=torch.float64)
        return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}

    def _load(self) -> None:
        path = self.out / STATE
        try:
            with safe_open(path, framework="pt") as file:
                identity = json.loads((file.metadata() or {}).get("identity", "{}"))
            refuse_another_run(self.out, identity, self._identity())
            tensors = load_file(path)
            for name, net in self._nets():
                net.load_state_dict(_below(tensors, name))
        except (SafetensorError, RuntimeError, OSError) as error:
            raise CheckpointError(
                f"{path} does not fit this training: {error}. "
                "Give the same data and settings as before, or name another --out."
            ) from error
        for name, optimiser in self.optimisers.items():
            state: dict[str, Any] = optimiser.state_dict()
            for key, value in _below(tensors, f"adam-{name}").items():
                number, _, moment = key.partition(".")
                state["state"].setdefault(int(number), {})[moment] = value
            optimiser.load_state_dict(state)
        self.step, self.seconds = int(tensors["progress"][0]), float(tensors["progress"][1])

    def _nets(self) -> tuple[tuple[str, nn.Module], ...]:
        return ("generator", self.generator), ("average", self.average), ("critic", self.critic)


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = name + "."
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
