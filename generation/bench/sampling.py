"""Seconds an image: ours over batches, with and without guidance; peers with a thousand ancestral steps."""

from collections.abc import Callable, Iterator

import torch
from torch import nn

from generation.bench import timing
from generation.bench.deadline import Deadline
from generation.bench.measuring import Part, Task, largest_that_fits
from generation.bench.networks import SPACE, Peer, installed_peers, our_network
from generation.bench.plans import Plan
from generation.bench.prepare import inputs, ready
from generation.bench.results import Row
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import count_parameters
from generation.sampling.solvers import Guidance, denoise, make_solver


def sampling_part(plan: Plan, config: NetworkConfig, device: torch.device) -> Part:
    def tasks(_deadline: Deadline) -> Iterator[Task]:
        ours = _Ours(plan, config, device)
        for batch in plan.sampling_batches:
            yield ours.task(plan.guidance, batch, compiled=plan.compile)
        for peer in installed_peers():
            yield _peer_task(plan, config, peer, device)
        for batch in plan.sampling_batches:
            yield ours.task(1.0, batch, compiled=plan.compile)
        if plan.compile:
            for guidance in (plan.guidance, 1.0):
                yield ours.task(guidance, plan.sample_batch, compiled=False)

    return Part(kind="sampling", size=config.size, tasks=tasks)


class _Ours:
    """Our network at one image size. Not compiled is how `python -m generation sample` runs it."""

    def __init__(self, plan: Plan, config: NetworkConfig, device: torch.device) -> None:
        self.plan, self.config, self.device = plan, config, device

    def task(self, guidance: float, batch: int, *, compiled: bool) -> Task:
        about = {
            "what": "ours",
            "size": self.config.size,
            "precision": "bfloat16",
            "compiled": compiled,
            "sampler": "unipc",
            "steps": self.plan.steps,
            "guidance": guidance,
            "batch": batch,
        }
        return Task(about=about, measure=lambda: [self._measure(guidance, batch, compiled)])

    def _measure(self, guidance: float, batch: int, compiled: bool) -> Row:
        plan, size, device = self.plan, self.config.size, self.device
        network = our_network(self.config)
        conditions = torch.ones(batch, len(SPACE), device=device)
        run = _run(ready(network, device, compiled=compiled), conditions, size, plan.steps, guidance)
        seconds = timing.seconds_of(run, device, repeats=plan.repeats, warmup=1)
        passes = plan.steps * (2 if guidance != 1.0 else 1)
        operations = timing.operations_of(self.config) * passes * batch
        memory, peak = timing.peak_memory_gb(device), timing.peak_operations(device, plan.peak_size)
        return {
            "parameters": count_parameters(network),
            "seconds_per_image": seconds / batch,
            "share_of_peak": operations / seconds / peak,
            "peak_tflops": peak / 1e12,
            "memory_gb": memory,
        }


def _run(
    network: nn.Module, conditions: torch.Tensor, size: int, steps: int, guidance: float
) -> Callable[[], torch.Tensor]:
    def run() -> torch.Tensor:
        return denoise(
            network,
            DiffusionConfig(),
            conditions,
            [torch.Generator().manual_seed(i) for i in range(len(conditions))],
            size=size,
            steps=steps,
            guidance=Guidance(scale=guidance),
            precision="bfloat16",
        )

    return run


def _peer_task(plan: Plan, config: NetworkConfig, peer: Peer, device: torch.device) -> Task:
    compiled = peer.half and plan.compile
    about = {
        "what": peer.name,
        "size": config.size,
        "precision": "bfloat16" if peer.half else "float32",
        "compiled": compiled,
        "sampler": "ddpm",
        "steps": 1000,
        "guidance": 1.0,
    }

    def measure(batch: int) -> Row:
        network = peer.build(config)
        run = _ancestral(
            ready(network, device, compiled=compiled),
            inputs(config.size, batch, device)[0],
            plan.peer_steps,
            half=peer.half,
        )
        seconds = timing.seconds_of(run, device, repeats=plan.repeats, warmup=1)
        return {
            "parameters": count_parameters(network),
            "batch": batch,
            "seconds_per_image": 1000 / plan.peer_steps * seconds / batch,
            "measured_steps": plan.peer_steps,
            "memory_gb": timing.peak_memory_gb(device),
        }

    return Task(about=about, measure=lambda: [largest_that_fits(plan.sampling_batches, measure)])


def _ancestral(network: nn.Module, noise: torch.Tensor, steps: int, *, half: bool) -> Callable[[], None]:
    """The first of a thousand steps, as diffusers' DDPM pipeline takes them; each costs the same."""

    @torch.inference_mode()
    def run() -> None:
        solver, noisy = make_solver("ddpm", DiffusionConfig(), 1000), noise
        conditions = torch.ones(len(noise), len(SPACE), device=noise.device)
        for timestep in solver.timesteps[:steps]:
            times = timestep.to(noise.device).expand(len(noise))
            with torch.autocast(noise.device.type, torch.bfloat16, enabled=half):
                predicted = network(noisy, times, conditions)
            noisy = solver.step(predicted.float(), timestep, noisy)

    return run
