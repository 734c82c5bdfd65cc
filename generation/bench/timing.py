"""Timing of one call, memory, operations, and the peak that a machine reaches."""

import importlib.metadata
import platform
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from generation.bench.networks import our_network
from generation.bench.prepare import inputs
from generation.checkpoints import software_versions
from generation.models.configs import NetworkConfig

_PRODUCTS = 10
ENOUGH_S = 10.0
MOST_KERNELS = 12


def seconds_of(call: Callable[[], Any], device: torch.device, *, repeats: int, warmup: int = 2) -> float:
    """The shortest of several runs, fewer where they are long: what else the machine does only adds."""
    for _ in range(warmup):
        call()
    best, spent = float("inf"), 0.0
    for _ in range(repeats):
        if spent > ENOUGH_S:
            break
        wait(device)
        started = time.perf_counter()
        call()
        wait(device)
        took = time.perf_counter() - started
        best, spent = min(best, took), spent + took
    return best


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_memory_gb(device: torch.device) -> float | None:
    return torch.cuda.max_memory_allocated(device) / 1e9 if device.type == "cuda" else None


@cache
def operations_of(config: NetworkConfig) -> float:
    """Floating point operations of our forward pass of one image, a multiply-add as two; computes nothing."""
    counter: Any = FlopCounterMode(display=False)
    with torch.device("meta"):
        network = our_network(config)
    with counter, torch.no_grad():
        network(*inputs(config.size, 1, "meta"))
    return float(counter.get_total_flops())


@cache
def peak_operations(device: torch.device, size: int) -> float:
    """Operations a second in square bfloat16 products: the peak that this machine reaches in practice."""
    a = torch.randn(size, size, device=device, dtype=torch.bfloat16)

    def products() -> None:
        for _ in range(_PRODUCTS):
            a @ a

    return 2.0 * size**3 * _PRODUCTS / seconds_of(products, device, repeats=5)


def time_by_kernel(call: Callable[[], Any], device: torch.device) -> list[dict[str, Any]]:
    """Where the time of one call goes, longest first."""
    from torch.profiler import ProfilerActivity, profile

    for _ in range(3):  # a compiled call is compiled, recorded as a graph, and only then replayed
        call()
    wait(device)
    on_gpu = device.type == "cuda"
    with profile(activities=[ProfilerActivity.CUDA if on_gpu else ProfilerActivity.CPU]) as profiler:
        call()
        wait(device)
    name = "self_device_time_total" if on_gpu else "self_cpu_time_total"
    entries = [(event.key, float(getattr(event, name))) for event in profiler.key_averages()]
    whole = sum(spent for _, spent in entries) or 1.0
    largest = sorted(entries, key=lambda entry: -entry[1])[:MOST_KERNELS]
    return [
        {"kernel": key[:80], "milliseconds": spent / 1e3, "share": spent / whole} for key, spent in largest
    ]


def machine(device: torch.device) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "device": platform.processor() or "CPU",
        "kind": device.type,
        "devices": 0,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda,
        **{name: _version(name) for name in ("triton", "denoising-diffusion-pytorch")},
        **software_versions(),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        facts |= {
            "device": properties.name,
            "devices": torch.cuda.device_count(),
            "memory_gb": round(properties.total_memory / 1e9, 1),
            "capability": f"{properties.major}.{properties.minor}",
            "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        }
    return facts


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
