"""The parts of the benchmark; each answers a list of plain rows for the JSON."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from generation.bench import timing
from generation.bench.networks import SPACE, diffusers_network, lucidrains_network, our_network
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import count_parameters
from generation.models.diffusion import ForwardProcess
from generation.sampling.solvers import Guidance, denoise

Row = dict[str, Any]
_BACKENDS = (
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.MATH,
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured: image sizes with our network for each, batches, and repeats."""

    networks: tuple[NetworkConfig, ...]
    sampling_batches: tuple[int, ...] = (1, 4, 8, 16)
    training_batch: int = 32
    steps: int = 20
    peer_steps: int = 10
    repeats: int = 3
    compile: bool = True
    peak_size: int = 8192


_SMALL = NetworkConfig(
    size=128, unshuffle=2, channels=(64, 128, 192, 256), attention_levels=(3,), norm_groups=32
)
_LARGE = NetworkConfig(
    size=1024,
    unshuffle=4,
    channels=(128, 256, 384, 512),
    attention_levels=(3,),
    head_channels=64,
    norm_groups=32,
)
HEADLINE = Plan(networks=(_SMALL, replace(_SMALL, size=256), _LARGE))
TOY = Plan(
    networks=(
        NetworkConfig(
            size=32, channels=(8, 16), blocks=1, attention_levels=(1,), head_channels=8, norm_groups=4
        ),
    ),
    sampling_batches=(1, 2),
    training_batch=2,
    steps=2,
    peer_steps=1,
    repeats=1,
    compile=False,
    peak_size=128,
)


def sampling(plan: Plan, device: torch.device) -> Iterator[Row]:
    """Seconds an image: ours over batches, with and without guidance; peers with a thousand steps."""
    peak = timing.peak_operations(device, torch.bfloat16, plan.peak_size)
    for config in plan.networks:
        network = _ready(our_network(config), device, plan, half=True)
        flops = timing.operations_of(our_network(config).to(device), _inputs(config.size, 1, device))
        for guidance in (1.5, 1.0):
            for batch in plan.sampling_batches:
                seconds = _sampling_seconds(network, config.size, batch, guidance, plan, device)
                passes = plan.steps * (2 if guidance != 1.0 else 1)
                yield {
                    "what": "ours",
                    "size": config.size,
                    "parameters": count_parameters(network),
                    "precision": "bfloat16",
                    "compiled": plan.compile,
                    "sampler": "unipc",
                    "steps": plan.steps,
                    "guidance": guidance,
                    "batch": batch,
                    "seconds_per_image": seconds / batch,
                    "share_of_peak": flops * passes * batch / seconds / peak,
                    "memory_gb": timing.peak_memory_gb(device),
                }
        yield from _peer_sampling(plan, config, count_parameters(network), device)


def _peer_sampling(plan: Plan, config: NetworkConfig, parameters: int, device: torch.device) -> Iterator[Row]:
    """A few of the thousand steps are timed and multiplied; the row says how many."""
    batch = min(plan.sampling_batches[-1], 4)
    for name, network, half in _peers(config.size, parameters):
        ready = _ready(network, device, plan, half=half)
        inputs = _inputs(config.size, batch, device)
        with torch.inference_mode(), _autocast(device, half):
            step = timing.seconds_of(_forward(ready, inputs), device, repeats=plan.peer_steps)
        yield {
            "what": name,
            "size": config.size,
            "parameters": count_parameters(network),
            "precision": "bfloat16" if half else "float32",
            "compiled": half and plan.compile,
            "sampler": "ddpm",
            "steps": 1000,
            "guidance": 1.0,
            "batch": batch,
            "seconds_per_image": 1000 * step / batch,
            "measured_steps": plan.peer_steps,
            "memory_gb": timing.peak_memory_gb(device),
        }


def training(plan: Plan, device: torch.device) -> Iterator[Row]:
    """Images a second of a whole step: forward, backward, AdamW."""
    peak = timing.peak_operations(device, torch.bfloat16, plan.peak_size)
    for config in plan.networks:
        ours = our_network(config)
        parameters = count_parameters(ours)
        flops = timing.operations_of(ours.to(device), _inputs(config.size, 1, device))
        nets = [("ours", ours, True), *_peers(config.size, parameters)]
        batch = max(1, plan.training_batch * 128 // config.size) if config.size > 128 else plan.training_batch
        for name, network, half in nets:
            ready = _ready(network, device, plan, half=half, training=True)
            seconds = timing.seconds_of(
                training_step(ready, config.size, batch, device, half=half), device, repeats=plan.repeats
            )
            yield {
                "what": name,
                "size": config.size,
                "parameters": count_parameters(network),
                "precision": "bfloat16" if half else "float32",
                "compiled": half and plan.compile,
                "batch": batch,
                "images_per_second": batch / seconds,
                "share_of_peak": 3 * flops * batch / seconds / peak if name == "ours" else None,
                "memory_gb": timing.peak_memory_gb(device),
            }


def left_out() -> list[str]:
    """A sentence for each peer that is not there."""
    if lucidrains_network(32, 100_000) is not None:
        return []
    return [
        (
            "lucidrains' denoising-diffusion-pytorch is not installed: it was left out. Install it with "
            "`pip install --no-deps denoising-diffusion-pytorch einops ema-pytorch pytorch-fid`."
        )
    ]


def attention(plan: Plan, device: torch.device) -> Iterator[Row]:
    """A forward pass of our network under each of torch's backends that this machine has for it."""
    for config in plan.networks:
        network = _ready(our_network(config), device, replace(plan, compile=False), half=True)
        batch = plan.sampling_batches[-1]
        call = _forward(network, _inputs(config.size, batch, device))
        for backend in _BACKENDS:
            with sdpa_kernel(backend), torch.inference_mode(), _autocast(device, half=True):
                try:
                    seconds = timing.seconds_of(call, device, repeats=plan.repeats)
                except RuntimeError:  # torch's way to say that the backend cannot do this
                    seconds = None
            yield {
                "size": config.size,
                "backend": backend.name.lower(),
                "batch": batch,
                "milliseconds": None if seconds is None else 1e3 * seconds,
            }


def kernels(plan: Plan, device: torch.device) -> Iterator[Row]:
    """Where the time of one of our forward passes goes."""
    for config in plan.networks:
        network = _ready(our_network(config), device, replace(plan, compile=False), half=True)
        call = _forward(network, _inputs(config.size, plan.sampling_batches[-1], device))
        with torch.inference_mode(), _autocast(device, half=True):
            call()
            for row in timing.time_by_kernel(call, device):
                yield {"size": config.size, **row}


def training_step(
    network: nn.Module, size: int, batch: int, device: torch.device, *, half: bool
) -> Callable[[], None]:
    """One step of diffusion training, the same for every network."""
    process = ForwardProcess(DiffusionConfig(), device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
    images, times, conditions = _inputs(size, batch, device)
    noise = torch.randn_like(images)

    def step() -> None:
        with _autocast(device, half):
            predicted = network(process.noised(images, noise, times), times, conditions)
        torch.autograd.backward(process.loss(predicted, images, noise, times).mean())
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return step


def _peers(size: int, parameters: int) -> list[tuple[str, nn.Module, bool]]:
    """Each as its own example runs it; diffusers' also with the type and compilation that ours has."""
    peers = [
        ("diffusers", diffusers_network(size, parameters), False),
        ("diffusers as ours", diffusers_network(size, parameters), True),
    ]
    lucidrains = lucidrains_network(size, parameters)
    if lucidrains is not None:
        peers.append(("lucidrains", lucidrains, False))
    return peers


def _ready(
    network: nn.Module, device: torch.device, plan: Plan, *, half: bool, training: bool = False
) -> nn.Module:
    """On the device as it runs best there: channels last and compiled into CUDA graphs where that helps."""
    network = network.to(device).train(training)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    if half and device.type == "cuda":
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if half and plan.compile:
        network.compile(mode="default" if training else "reduce-overhead")
    return network


def _sampling_seconds(
    network: nn.Module, size: int, batch: int, guidance: float, plan: Plan, device: torch.device
) -> float:
    conditions = torch.ones(batch, len(SPACE), device=device)

    def run() -> None:
        denoise(
            network,
            DiffusionConfig(),
            conditions,
            [torch.Generator().manual_seed(i) for i in range(batch)],
            size=size,
            steps=plan.steps,
            guidance=Guidance(scale=guidance),
            precision="bfloat16",
        )

    return timing.seconds_of(run, device, repeats=plan.repeats, warmup=1)


def _inputs(size: int, batch: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return (
        torch.randn(batch, 1, size, size, device=device),
        torch.randint(0, 1000, (batch,), device=device),
        torch.ones(batch, len(SPACE), device=device),
    )


def _forward(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> Callable[[], Any]:
    return lambda: network(*inputs)


def _autocast(device: torch.device, half: bool) -> Any:
    return torch.autocast(device.type, torch.bfloat16, enabled=half)
