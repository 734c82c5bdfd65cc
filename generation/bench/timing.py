"""Timing of one call, memory, operations, and the peak that a machine reaches."""

import platform
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from generation.checkpoints import software_versions


def seconds_of(call: Callable[[], Any], device: torch.device, *, repeats: int, warmup: int = 2) -> float:
    """The shortest of several runs: what else the machine does only adds."""
    for _ in range(warmup):
        call()
    best = float("inf")
    for _ in range(repeats):
        wait(device)
        started = time.perf_counter()
        call()
        wait(device)
        best = min(best, time.perf_counter() - started)
    return best


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_memory_gb(device: torch.device) -> float | None:
    return torch.cuda.max_memory_allocated(device) / 1e9 if device.type == "cuda" else None


def operations_of(network: nn.Module, inputs: tuple[Any, ...]) -> float:
    """Floating point operations of one forward pass, a multiply-add counted as two."""
    counter: Any = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(*inputs)
    return float(counter.get_total_flops())


def peak_operations(device: torch.device, precision: torch.dtype, size: int) -> float:
    """Operations a second in a square matrix product: the peak that this machine reaches in practice."""
    a = torch.randn(size, size, device=device, dtype=precision)
    return 2.0 * size**3 / seconds_of(lambda: a @ a, device, repeats=5)


def time_by_kernel(call: Callable[[], Any], device: torch.device, most: int = 12) -> list[dict[str, Any]]:
    """Where the time of one call goes, largest share first."""
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if device.type == "cuda":
        activities = [ProfilerActivity.CUDA]
    with profile(activities=activities) as profiler:
        call()
        wait(device)
    name = "self_device_time_total" if device.type == "cuda" else "self_cpu_time_total"
    entries = [(event.key, float(getattr(event, name))) for event in profiler.key_averages()]
    whole = sum(spent for _, spent in entries) or 1.0
    largest = sorted(entries, key=lambda entry: -entry[1])[:most]
    return [{"kernel": key[:80], "share": spent / whole} for key, spent in largest]


def machine(device: torch.device) -> dict[str, Any]:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "CPU"
    return {
        "device": name,
        "kind": device.type,
        "devices": torch.cuda.device_count() if device.type == "cuda" else 0,
        "cuda": torch.version.cuda,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        **software_versions(),
    }
