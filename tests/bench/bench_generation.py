"""How fast the generator is on this CPU: ratios to diffusers' own net and lucidrains' in the same run.

    python -m tests.bench.bench_generation [--threads 1]

lucidrains' package pulls torchvision and is no dependency: install it into a folder of its own and name it,
`pip install --no-deps --target DIR denoising-diffusion-pytorch einops ema-pytorch pytorch-fid` and
LUCIDRAINS_PATH=DIR, else it is left out. Each network is measured in a process of its own, for its memory.
What few steps cost in quality is the part `quality` of `python -m generation.bench`.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from generation.sampling.request import STEPS

ROOT = Path(__file__).parents[2]
BATCH = 8
DDPM_STEPS_TIMED = 10


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True, kw_only=True)
class Measured:
    what: str
    parameters: int
    forward_s: float
    step_s: float
    memory_mb: float


def measure(what: str, half: bool, threads: int) -> Measured | None:
    """One network: a forward pass and a training step of a batch."""
    import torch
    from torch import nn

    from generation import bundled_checkpoint, describe_checkpoint
    from generation.bench import networks, prepare, timing, training
    from generation.models.configs import NetworkConfig
    from generation.models.denoiser import count_parameters

    torch.set_num_threads(threads)
    if os.environ.get("LUCIDRAINS_PATH"):
        sys.path.append(os.environ["LUCIDRAINS_PATH"])
    config = NetworkConfig.from_json(describe_checkpoint(bundled_checkpoint()).manifest["network"])
    network: nn.Module = networks.our_network(config)
    if what == "diffusers":
        network = networks.diffusers_network(config.size, count_parameters(network))
    elif what == "lucidrains":
        if networks.lucidrains_package() is None:
            return None
        network = networks.lucidrains_network(config.size, count_parameters(network))
    device = torch.device("cpu")
    inputs = prepare.inputs(config.size, BATCH, device)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        forward = timing.seconds_of(lambda: network(*inputs), device, repeats=5)
    step = timing.seconds_of(
        training.training_step(network, config.size, BATCH, device, half=half), device, repeats=4
    )
    return Measured(
        what=f"{what}, {'bfloat16' if half else 'float32'}",
        parameters=count_parameters(network),
        forward_s=forward,
        step_s=step,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def alone(what: str, half: bool, threads: int) -> Measured | None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, what, half, threads).result()


def bench_networks(threads: int) -> None:
    ours = alone("ours", True, threads)
    assert ours is not None
    peers = [
        ("ours", False),
        *((name, half) for name in ("diffusers", "lucidrains") for half in (False, True)),
    ]
    rows = [ours, *(row for what, half in peers if (row := alone(what, half, threads)) is not None)]
    heads = f"{'network':24s} {'M par.':>7s} {'forward':>10s} {'ratio':>7s}"
    say(f"{heads} {'step':>10s} {'ratio':>7s} {'MB':>6s}")
    for row in rows:
        say(
            f"{row.what:24s} {row.parameters / 1e6:7.2f} {row.forward_s * 1e3:7.0f} ms "
            f"{row.forward_s / ours.forward_s:6.1f}x {row.step_s * 1e3:7.0f} ms "
            f"{row.step_s / ours.step_s:6.1f}x {row.memory_mb:6.0f}"
        )
    if len(rows) < 6:
        say("lucidrains' network was left out: set LUCIDRAINS_PATH (see the top of this file)")


def seconds_an_image(sampler: str, steps: int, guidance: float) -> float:
    """Through the public interface, the start of the program excluded."""
    from generation import Progress, SampleRequest, sample

    speeds: list[Progress] = []
    with TemporaryDirectory() as folder:
        request = SampleRequest(
            count=4, out=Path(folder) / "o", sampler=sampler, steps=steps, guidance=guidance, threads=1
        )
        sample(request, on_progress=speeds.append)
    return 1.0 / speeds[-1].images_per_second


def bench_sampling() -> None:
    """Our steps of UniPC against a thousand ancestral ones, of which a few are timed: each costs the same."""
    for guidance in (1.0, 1.5):
        ours = seconds_an_image("unipc", STEPS, guidance)
        ancestral = seconds_an_image("ddpm", DDPM_STEPS_TIMED, guidance) * 1000 / DDPM_STEPS_TIMED
        say(
            f"guidance {guidance}: unipc {STEPS} steps {ours:.2f} s an image on one core, "
            f"ddpm 1000 steps {ancestral:.0f} s (from {DDPM_STEPS_TIMED} steps): {ancestral / ours:.0f}x"
        )


def bench_commands() -> None:
    """`manage.py generate_synthetic` with its start; a loaded machine changes the processor time least."""
    for count, wanted_s in ((1, 2.5), (40, 8.0)):
        with TemporaryDirectory() as folder:
            words = ["manage.py", "generate_synthetic", "-v0", f"--count={count}", f"--out={folder}/out"]
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=ROOT)
            wall_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        say(
            f"generate_synthetic --count {count}: {wall_s:.1f} s (wanted {wanted_s}), "
            f"{processor_s:.1f} s of processor time"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="the generator's speed on this CPU")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if os.environ.get("LUCIDRAINS_PATH"):
        sys.path.append(os.environ["LUCIDRAINS_PATH"])
    started = time.perf_counter()
    bench_networks(arguments.threads)
    bench_sampling()
    bench_commands()
    say(f"{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
