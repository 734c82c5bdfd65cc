"""The training loop: one step after the other, each a pure function of seed and number."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generation.checkpoints import save_checkpoint
from generation.conditions import ConditionSpace
from generation.data.shards import Dataset
from generation.errors import DivergedError, RequestError, StoppedError
from generation.files import readable_refusals
from generation.memory import readable_shortage
from generation.models.compilation import compile_network, lay_out
from generation.models.denoiser import Denoiser, count_parameters
from generation.models.diffusion import ForwardProcess
from generation.stopping import stop_signal
from generation.training.appraisal import NEAREST_RATIO_WARNING, Appraisal, Appraiser
from generation.training.augmentation import told_changes
from generation.training.averages import MovingAverage
from generation.training.batches import Batch, BatchSource, side_column
from generation.training.beginning import begin_with
from generation.training.config import TrainConfig
from generation.training.effort import CoreClock, Effort, effort_of
from generation.training.journal import Journal
from generation.training.launch import TYPES, make_accelerator, refuse_missing_type
from generation.training.lora import adapt, merged
from generation.training.progress import OnProgress, Stretch, TrainProgress
from generation.training.state import load_state, save_state

log = logging.getLogger(__name__)

#: Steps between looks at the loss and at the other processes: each look waits for the device.
LOOK_EVERY = 10


def train(
    dataset: Dataset,
    space: ConditionSpace,
    config: TrainConfig,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    start_from: Path | None = None,
    cpu: bool = False,
) -> Path:
    """Train, or go on where `out` stopped; answers the path of the final checkpoint.

    `start_from` is a checkpoint whose weights a new run begins with.
    """
    too_little = (
        f"the memory is not enough for batches of {config.batch_size}. Set batch_size to half of it and "
        "accumulate to twice; the last saved state is kept."
    )
    with readable_refusals(out), readable_shortage(too_little):
        run = _Run(dataset, space, config, out, start_from=start_from, cpu=cpu)
        try:
            with stop_signal() as signalled:
                run.go(on_progress, lambda: signalled() or (should_stop is not None and should_stop()))
        finally:
            run.close()
    return run.checkpoint_path(config.steps)


class _Run:
    """One process of a training run."""

    def __init__(
        self,
        dataset: Dataset,
        space: ConditionSpace,
        config: TrainConfig,
        out: Path,
        *,
        start_from: Path | None,
        cpu: bool,
    ) -> None:
        self.config, self.out, self.dataset = config, out, dataset
        self.accelerator = make_accelerator(cpu=cpu)
        self.device = self.accelerator.device
        refuse_missing_type(config.precision, self.device)
        torch.manual_seed(config.seed)
        told = told_changes(config.augment, len(space))
        network = Denoiser(replace(config.network, size=dataset.size, told_changes=told), space)
        beginning = begin_with(start_from, network, config.diffusion) if start_from else None
        self.started_from = beginning.digest if beginning else None
        self.earlier = effort_of(beginning) if beginning else Effort()
        if config.lora_rank:
            _refuse_nothing_to_adapt(start_from)
            adapt(network, config.lora_rank)
        lay_out(network, self.device)
        self.average = MovingAverage(network, config.ema_decay)
        self.optimiser = self._optimiser(network)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=config.precision == "float16")
        self.identity = self._identity(space)
        self.step, spent = load_state(
            out / "state",
            network=network,
            average=self.average,
            optimiser=self.optimiser,
            identity=self.identity,
            scaler=self.scaler,
        )
        self.clock = CoreClock(spent, int(self.accelerator.num_processes))
        if config.compiled:
            compile_network(network, self.device)
        self.network = self.accelerator.prepare(network)
        self.process = ForwardProcess(config.diffusion, self.device)
        self.batches = self._batches(space)
        self.shadow = Denoiser(network.config, space).to(self.device).eval().requires_grad_(False)
        self.main = bool(self.accelerator.is_main_process)
        if self.main:
            self.journal = Journal(out, from_step=self.step)
            self.appraiser = Appraiser(dataset, space, config, device=self.device)

    def _optimiser(self, network: Denoiser) -> torch.optim.AdamW:
        """Train what an adaptation leaves open: all weights, or its own alone."""
        chosen = self.config.optimiser
        return torch.optim.AdamW(
            [weight for weight in network.parameters() if weight.requires_grad],
            lr=chosen.learning_rate,
            betas=chosen.betas,
            weight_decay=chosen.weight_decay,
            fused=True if self.device.type == "cuda" else None,
        )

    def _identity(self, space: ConditionSpace) -> dict[str, Any]:
        """What must be the same to go on: all but the run's length and how often it is looked at."""
        settings = self.config.to_json()
        free = {"steps", "checkpoint_every", "evaluate_every", "keep_checkpoints", "judged_images", "title"}
        kept = {name: value for name, value in settings.items() if name not in free}
        return {
            **kept,
            "data": self.dataset.digest,
            "parts": self.dataset.parts,
            "conditions": space.to_json(),
            "started_from": self.started_from,
            "processes": int(self.accelerator.num_processes),
        }

    def _batches(self, space: ConditionSpace) -> BatchSource:
        if self.config.flip == "side":
            side_column(space)
        return BatchSource(
            dataset=self.dataset,
            space=space,
            indices=self.dataset.of_split("train"),
            conditions=self.dataset.conditions(space),
            seed=self.config.seed,
            batch_size=self.config.batch_size,
            accumulate=self.config.accumulate,
            processes=self.accelerator.num_processes,
            timesteps=self.config.diffusion.timesteps,
            noise_on=self.device,
            condition_dropout=self.config.condition_dropout,
            flip=self.config.flip,
            augment=self.config.augment,
        )

    def go(self, on_progress: OnProgress | None, should_stop: Callable[[], bool]) -> None:
        log.info("%.2f million parameters on %s", count_parameters(self.network) / 1e6, self.device)
        stretch, first = self._stretch(), self.step + 1
        while self.step < self.config.steps:
            stretch.add(self._one_step())
            self.step += 1
            last = self.step == self.config.steps
            due = last or self.step % self.config.evaluate_every == 0
            if due or self.step == first or self.step % LOOK_EVERY == 0:
                self._refuse_nonsense(stretch.loss)
                if self.main and on_progress is not None:
                    on_progress(replace(self._progress(stretch), first=self.step == first))
            if due:
                self._evaluate(stretch)
                stretch = self._stretch()
            if last or self.step % self.config.checkpoint_every == 0:
                self._save()
            if self._agreed(should_stop):
                self._save()
                raise StoppedError(
                    f"stopped after step {self.step} of {self.config.steps}, with the checkpoint "
                    f"{self.checkpoint_path(self.step)}. "
                    "The state is kept: run the same command again to go on."
                )

    def _stretch(self) -> Stretch:
        return Stretch(self._images_a_step(), self.device)

    def _progress(self, stretch: Stretch) -> TrainProgress:
        return TrainProgress(
            step=self.step,
            steps=self.config.steps,
            loss=stretch.loss,
            images_per_second=stretch.images_per_second,
            seconds_left=(self.config.steps - self.step) * self._images_a_step() / stretch.images_per_second,
        )

    def _images_a_step(self) -> int:
        return self.config.batch_size * self.config.accumulate * int(self.accelerator.num_processes)

    def _one_step(self) -> torch.Tensor:
        rate = self.config.optimiser.rate_at(self.step, self.config.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.network.train()
        total = torch.zeros((), device=self.device)
        parts = list(self.batches.parts(self.step, self.accelerator.process_index))
        for number, batch in enumerate(parts, start=1):
            last = number == len(parts)
            self._seed_dropout(number)
            with nullcontext() if last else self.accelerator.no_sync(self.network):
                loss = self._loss(batch) / len(parts)
                self.accelerator.backward(self.scaler.scale(loss))
            total += loss.detach()
        self.scaler.unscale_(self.optimiser)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.optimiser.clip_norm)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        self.average.follow(self.accelerator.unwrap_model(self.network), self.step)
        return total

    def _seed_dropout(self, part: int) -> None:
        """Dropout knows torch's own generator alone: seeded by place, it needs no state to be resumed."""
        if self.config.network.dropout:
            place = [self.config.seed, 3, self.step, self.accelerator.process_index, part]
            torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1, np.uint64)[0]))

    def _loss(self, batch: Batch) -> torch.Tensor:
        images, noise, times, conditions, changes = batch.on(self.device)
        half = TYPES.get(self.config.precision)
        with torch.autocast(self.device.type, half, enabled=half is not None):
            predicted = self.network(self.process.noised(images, noise, times), times, conditions, changes)
        return self.process.loss(predicted, images, noise, times).mean()

    def _refuse_nonsense(self, loss: float) -> None:
        if not loss < float("inf"):
            raise DivergedError(
                f"the loss is no number any more at step {self.step}. The last saved state is kept "
                f"in {self.out / 'state'}: go on from it with a lower learning_rate, or "
                'with precision = "float32".'
            )

    def _agreed(self, should_stop: Callable[[], bool]) -> bool:
        """Whether any process was asked to stop; asked of all, now and then, where there are several."""
        wanted = should_stop()
        if self.accelerator.num_processes == 1:
            return wanted
        if self.step % LOOK_EVERY:
            return False
        votes = torch.tensor([float(wanted)], device=self.device)
        return bool(self.accelerator.reduce(votes, "sum").item() > 0)

    def _averaged(self) -> Denoiser:
        self.shadow.load_state_dict(merged(self.average.weights))
        return self.shadow

    def _evaluate(self, stretch: Stretch) -> None:
        if self.main:
            loss, speed = stretch.loss, stretch.images_per_second
            seen = self.appraiser.look(self._averaged())
            self.journal.note(
                self.step,
                images_seen=self.step * self._images_a_step(),
                train_loss=loss,
                validation_loss=seen.validation_loss,
                learning_rate=self.config.optimiser.rate_at(self.step - 1, self.config.steps),
                images_per_second=speed,
                spectrum_distance=seen.spectrum_distance,
                nearest_ratio=seen.nearest_ratio,
                **(seen.quality.numbers() if seen.quality else {}),
            )
            self.journal.show(self.step, seen.samples, seen.columns)
            self._warn(seen)
        self.accelerator.wait_for_everyone()

    def _warn(self, seen: Appraisal) -> None:
        losses = [float(row["validation_loss"]) for row in self.journal.rows()][-4:]
        if len(losses) == 4 and losses == sorted(losses) and losses[0] < losses[-1]:
            log.warning("validation loss rose three times in a row: the network begins to learn by heart")
        if seen.nearest_ratio < NEAREST_RATIO_WARNING:
            log.warning(
                "samples lie at %.2f of the distance that unseen images have to the training images: "
                "look for copies with `python -m generation memorization`",
                seen.nearest_ratio,
            )
        if seen.quality is not None and seen.quality.alarming:
            pairs = seen.quality.pairs
            sheet = self.journal.show(self.step, pairs, len(pairs) // 2, "copies")
            log.warning("%s The closest, above their training images: %s", seen.quality.sentence, sheet)

    def checkpoint_path(self, step: int) -> Path:
        return self.out / "checkpoints" / f"step-{step:07d}.safetensors"

    def _save(self) -> None:
        if self.main:
            images, seconds = self.step * self._images_a_step(), self.clock.seconds
            effort = self.earlier.plus(steps=self.step, images=images, core_seconds=seconds)
            save_checkpoint(
                self.checkpoint_path(self.step),
                self._averaged(),
                title=self.config.title,
                diffusion=self.config.diffusion,
                facts={
                    "step": self.step,
                    "images_seen": images,
                    **effort.counted(),
                    "training": self.config.to_json(),
                    "started_from": self.started_from,
                    "data": {"digest": self.dataset.digest, "images": len(self.batches.indices)},
                    "metrics": self._metrics(),
                },
                beside=effort.clocked(),
            )
            save_state(
                self.out / "state",
                step=self.step,
                core_seconds=seconds,
                network=self.accelerator.unwrap_model(self.network),
                average=self.average,
                optimiser=self.optimiser,
                identity=self.identity,
                scaler=self.scaler.state_dict(),
            )
            self._forget_old_checkpoints()
        self.accelerator.wait_for_everyone()

    def _forget_old_checkpoints(self) -> None:
        kept = self.config.keep_checkpoints
        if kept:
            for path in sorted((self.out / "checkpoints").glob("step-*.safetensors"))[:-kept]:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink()

    def _metrics(self) -> dict[str, float]:
        """The last look at the network: nothing that a clock or an interruption changes."""
        rows = self.journal.rows()
        timed = {"images_seen", "images_per_second", "train_loss", "learning_rate"}
        told = {name: float(value) for name, value in rows[-1].items() if name not in timed} if rows else {}
        return {name: value for name, value in told.items() if not np.isnan(value)}

    def close(self) -> None:
        if self.main:
            self.journal.close()


def _refuse_nothing_to_adapt(start_from: Path | None) -> None:
    if start_from is None:
        raise RequestError(
            "lora_rank adapts an earlier checkpoint: name it with --start-from, or set lora_rank to 0."
        )
