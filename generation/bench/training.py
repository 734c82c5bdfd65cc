"""Images a second of a whole training step: forward, backward, clipping, AdamW, moving average."""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import nn

from generation.bench import timing
from generation.bench.deadline import Deadline
from generation.bench.measuring import Part, Task, largest_that_fits
from generation.bench.networks import installed_peers, our_network
from generation.bench.plans import Plan
from generation.bench.prepare import inputs, ready
from generation.bench.results import Row
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import count_parameters
from generation.models.diffusion import ForwardProcess
from generation.training.averages import MovingAverage


def training_part(plan: Plan, config: NetworkConfig, device: torch.device) -> Part:
    """Not compiled is how `python -m generation train` runs our network."""

    def tasks(_deadline: Deadline) -> Iterator[Task]:
        run = _Training(plan, config, device)
        for batch in plan.training_batches:
            yield run.task("ours", partial(our_network, config), (batch,), half=True, compiled=plan.compile)
        for peer in installed_peers():
            yield run.task(
                peer.name,
                partial(peer.build, config),
                plan.training_batches,
                half=peer.half,
                compiled=peer.half and plan.compile,
            )
        if plan.compile:
            yield run.task(
                "ours", partial(our_network, config), plan.training_batches, half=True, compiled=False
            )

    return Part(kind="training", size=config.size, tasks=tasks)


class _Training:
    """Steps at one image size."""

    def __init__(self, plan: Plan, config: NetworkConfig, device: torch.device) -> None:
        self.plan, self.config, self.device = plan, config, device

    def task(
        self,
        what: str,
        build: Callable[[], nn.Module],
        batches: tuple[int, ...],
        *,
        half: bool,
        compiled: bool,
    ) -> Task:
        about = {
            "what": what,
            "size": self.config.size,
            "precision": "bfloat16" if half else "float32",
            "compiled": compiled,
        }
        if len(batches) == 1:
            about["batch"] = batches[0]

        def measure(batch: int) -> Row:
            network = build()
            made_ready = ready(network, self.device, compiled=compiled, training=True)
            step = training_step(made_ready, self.config.size, batch, self.device, half=half)
            seconds = timing.seconds_of(step, self.device, repeats=self.plan.repeats)
            memory = timing.peak_memory_gb(self.device)
            return {
                "parameters": count_parameters(network),
                "batch": batch,
                "images_per_second": batch / seconds,
                "share_of_peak": self._share_of_peak(batch / seconds) if what == "ours" else None,
                "memory_gb": memory,
            }

        return Task(about=about, measure=lambda: [largest_that_fits(batches, measure)])

    def _share_of_peak(self, images_per_second: float) -> float:
        """The way back costs twice the way forth."""
        operations = 3 * timing.operations_of(self.config)
        return operations * images_per_second / timing.peak_operations(self.device, self.plan.peak_size)


def training_step(
    network: nn.Module, size: int, batch: int, device: torch.device, *, half: bool
) -> Callable[[], None]:
    """One step of diffusion training, the same for every network."""
    process = ForwardProcess(DiffusionConfig(), device)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=1e-4, fused=True if device.type == "cuda" else None
    )
    average = MovingAverage(network, decay=0.9995)
    images, times, conditions = inputs(size, batch, device)
    noise = torch.randn_like(images)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            predicted = network(process.noised(images, noise, times), times, conditions)
        torch.autograd.backward(process.loss(predicted, images, noise, times).mean())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        average.follow(network, step=1)

    return step
