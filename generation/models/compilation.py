"""Compiling a network with torch.compile, for sampling, training and the benchmark alike."""

from typing import Literal

import torch
from torch import nn

Mode = Literal["default", "reduce-overhead"]


def lay_out(network: nn.Module, device: torch.device) -> None:
    """Move to the device, on a GPU with channels last, as its convolutions like it.

    Do it before optimiser and moving average are made: they keep the memory order of the weights.
    """
    network.to(device)
    if device.type == "cuda":
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def compile_network(network: nn.Module, device: torch.device, mode: Mode = "default") -> None:
    """In place, so that weights keep their names.

    Compiled for each shape anew: a second one would otherwise be taken for a dynamic one. `reduce-overhead`
    records CUDA graphs, which torch keeps to the main thread: sampling paints in another one.
    """
    lay_out(network, device)
    network.compile(mode=mode, dynamic=False)
