"""Networks and inputs as they are measured."""

from collections.abc import Callable

import torch
from torch import nn

from generation.bench.networks import SPACE
from generation.models.compilation import compile_network


def ready(network: nn.Module, device: torch.device, *, compiled: bool, training: bool = False) -> nn.Module:
    """On the device; compiled, it is given all that makes it fast there, and into CUDA graphs for sampling.

    Not compiled, it keeps torch's defaults, in which convolutions of float32 use TF32 and matrix products do
    not.
    """
    network = network.to(device).train(training)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    if compiled and device.type == "cuda":
        torch.backends.cudnn.benchmark = True
    if compiled:
        compile_network(network, device, "default" if training else "reduce-overhead")
    return network


def inputs(
    size: int, batch: int, device: torch.device | str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noisy images, timesteps, conditions."""
    return (
        torch.randn(batch, 1, size, size, device=device),
        torch.randint(0, 1000, (batch,), device=device),
        torch.ones(batch, len(SPACE), device=device),
    )


def forward(network: nn.Module, given: tuple[torch.Tensor, ...]) -> Callable[[], None]:
    """One pass in bfloat16, without gradients."""
    kind = given[0].device.type

    def once() -> None:
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16):
            network(*given)

    return once
