"""Networks and inputs as they are measured."""

from collections.abc import Callable

import torch
from torch import nn

from generation.bench.networks import SPACE


def ready(network: nn.Module, device: torch.device, *, compiled: bool, training: bool = False) -> nn.Module:
    """On the device; compiled, it is given all that makes it fast there, and into CUDA graphs for sampling.

    Compiled for one shape each: a second shape would otherwise be taken for a dynamic one. Not compiled, it
    keeps torch's defaults, in which convolutions of float32 use TF32 and matrix products do not.
    """
    network = network.to(device).train(training)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    if compiled and device.type == "cuda":
        torch.backends.cudnn.benchmark = True
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if compiled:
        network.compile(mode="default" if training else "reduce-overhead", dynamic=False)
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
