"""What a forward pass of our network is made of: attention backends, and time by kernel."""

from collections.abc import Iterator
from functools import partial

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from generation.bench import timing
from generation.bench.deadline import Deadline
from generation.bench.measuring import Part, Task
from generation.bench.networks import our_network
from generation.bench.plans import Plan
from generation.bench.prepare import forward, inputs, ready
from generation.bench.results import Row
from generation.memory import is_out_of_memory
from generation.models.configs import NetworkConfig

BACKENDS = (
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.MATH,
)
NOT_POSSIBLE = "not possible here"


def attention_part(plan: Plan, config: NetworkConfig, device: torch.device) -> Part:
    """Milliseconds under each of torch's backends, not compiled, so that nothing else is chosen anew."""

    def measure(backend: SDPBackend) -> list[Row]:
        network = ready(our_network(config), device, compiled=False)
        call = forward(network, inputs(config.size, plan.inside_batch, device))
        try:
            with sdpa_kernel(backend):
                seconds = timing.seconds_of(call, device, repeats=plan.repeats)
        except RuntimeError as error:
            if is_out_of_memory(error) or "kernel" not in str(error):
                raise
            return [{"note": NOT_POSSIBLE}]
        return [{"milliseconds": 1e3 * seconds}]

    def tasks(_deadline: Deadline) -> Iterator[Task]:
        for backend in BACKENDS:
            about = {"size": config.size, "backend": backend.name.lower(), "batch": plan.inside_batch}
            yield Task(about=about, measure=partial(measure, backend))

    return Part(kind="attention", size=config.size, tasks=tasks)


def kernels_part(plan: Plan, config: NetworkConfig, device: torch.device) -> Part:
    """The longest kernels, as compiled and as not: what compiling fuses is no longer among them."""

    def measure(compiled: bool) -> list[Row]:
        network = ready(our_network(config), device, compiled=compiled)
        call = forward(network, inputs(config.size, plan.inside_batch, device))
        return timing.time_by_kernel(call, device)

    def tasks(_deadline: Deadline) -> Iterator[Task]:
        for compiled in sorted({plan.compile, False}, reverse=True):
            about = {"size": config.size, "compiled": compiled, "batch": plan.inside_batch}
            yield Task(about=about, measure=partial(measure, compiled))

    return Part(kind="kernels", size=config.size, tasks=tasks)
