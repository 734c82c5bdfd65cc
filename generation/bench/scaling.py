"""Images a second over several GPUs: measured where there are several, otherwise computed, and said so.

Images are independent, so each GPU makes its share; `sample` encodes, hashes and lists each image in the
process that made it, and the first process alone writes the manifest. Computed is
n / GPUs × (paint + store) + n × manifest row, as if nothing were done at the same time: rather too slow.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from generation.bench.deadline import Deadline
from generation.bench.measuring import Part, Task
from generation.bench.networks import our_network
from generation.bench.plans import Plan
from generation.bench.results import Row
from generation.cards import describe_checkpoint
from generation.checkpoints import save_checkpoint
from generation.errors import GenerationError
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.phantoms import SIZES, make_phantom
from generation.sampling.images import write_image
from generation.sampling.ledger import Ledger
from generation.sampling.request import SampleRequest
from generation.training.launch import launch_words

DEVICES = (1, 2, 4, 8)
IMAGES = (20_000, 1_000_000)
_SAID = re.compile(r"(\d+) images made in ([\d.]+) s")


def scaling_part(plan: Plan, networks: Sequence[NetworkConfig], sampled: Callable[[], Sequence[Row]]) -> Part:
    """`sampled` answers the rows of the sampling part when it is this part's turn."""

    def tasks(_deadline: Deadline) -> Iterator[Task]:
        for config in networks:
            for compiled in sorted({plan.compile, False}, reverse=True):
                one = fastest(sampled(), config.size, plan.guidance, compiled=compiled)
                if one is not None:
                    about = {"size": config.size, "compiled": compiled, "how": "computed"}
                    yield Task(about=about, measure=partial(_computed, plan, config, one), again=True)
            for count in DEVICES[1:]:
                if count <= torch.cuda.device_count():
                    about = {"size": config.size, "compiled": False, "how": "measured", "devices": count}
                    yield Task(about=about, measure=partial(launched, plan, config, count))

    return Part(kind="scaling", tasks=tasks)


def fastest(sampled: Sequence[Row], size: int, guidance: float, *, compiled: bool) -> float | None:
    """Seconds an image of our network on one device, at its best batch."""
    measured = [
        row["seconds_per_image"]
        for row in sampled
        if row["what"] == "ours"
        and (row["size"], row["guidance"], row["compiled"]) == (size, guidance, compiled)
        and "seconds_per_image" in row
    ]
    return min(measured, default=None)


def _computed(plan: Plan, config: NetworkConfig, paint: float) -> list[Row]:
    with TemporaryDirectory() as folder:
        store, list_one = bookkeeping(config, plan.manifest_rows, Path(folder))
    return [
        {
            "devices": count,
            "paint": paint,
            "store": store,
            "manifest_row": list_one,
            **cost(paint + store, list_one, count),
        }
        for count in DEVICES
    ]


def cost(each: float, alone: float, devices: int) -> Row:
    """Speed and hours from the seconds of an image on one device, and those that the first spends alone."""
    an_image = each / devices + alone
    hours = {f"hours_{n}": n * an_image / 3600 for n in IMAGES}
    return {"images_per_second": 1 / an_image, **hours, "gpu_hours": devices * hours[f"hours_{IMAGES[-1]}"]}


def bookkeeping(config: NetworkConfig, rows: int, folder: Path) -> tuple[float, float]:
    """Seconds to write an image and its row, and seconds a row that the manifest takes at the end."""
    size = config.size
    phantom = make_phantom(0, seed=0, size=max(size, SIZES[0])).image[:size, :size]
    image = (phantom / np.iinfo(phantom.dtype).max * 2 - 1).astype(np.float32)
    checkpoint = _checkpoint(config, folder / "checkpoint.safetensors")
    request = SampleRequest(count=rows, out=folder / "images", checkpoint=checkpoint)
    ledger = Ledger(request, request.identity(describe_checkpoint(checkpoint)), lambda _index: {})
    ledger.claim(bytes_an_image=0)
    facts = {"checkpoint_digest": "0" * 64, "grade": "0", "sampler": "unipc", "steps": 20, "guidance": 1.5}
    few = min(rows, 20)
    started = time.perf_counter()
    for index in range(few):
        digest = write_image(folder / "images" / f"{index}.png", image, "png16", facts)
    store = (time.perf_counter() - started) / few
    row = {"file": "00000/000000.png", **facts, "seed": 2**62, "precision": "bfloat16", "sha256": digest}
    started = time.perf_counter()
    for index in range(rows):
        ledger.add({**row, "index": index}, 0)
    listed = (time.perf_counter() - started) / rows
    started = time.perf_counter()
    ledger.finish()
    return store + listed, (time.perf_counter() - started) / rows


def launched(plan: Plan, config: NetworkConfig, processes: int) -> list[Row]:
    """`accelerate launch -m generation sample` on so many devices, with weights that learnt nothing."""
    with TemporaryDirectory() as folder:
        checkpoint = _checkpoint(config, Path(folder) / "checkpoint.safetensors")
        words = (
            f"-m generation sample --count {plan.launched_images * processes} --checkpoint {checkpoint} "
            f"--steps {plan.steps} --guidance {plan.guidance} --out {folder}/images "
            f"--precision {'bfloat16' if torch.cuda.is_available() else 'float32'}"
        )
        answer = subprocess.run(  # noqa: S603 - words of our own
            [sys.executable, *launch_words(processes), *words.split()],
            capture_output=True,
            text=True,
            check=False,
        )
    said = _SAID.search(answer.stdout)
    if answer.returncode or said is None:
        last = answer.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise GenerationError(f"accelerate launch on {processes} devices ended with: {last[0]}")
    speed = plan.launched_images * processes / float(said[2])
    return [{"images_per_second": speed, **{f"hours_{n}": n / speed / 3600 for n in IMAGES}}]


def _checkpoint(config: NetworkConfig, path: Path) -> Path:
    network = our_network(config)
    return save_checkpoint(path, network, title="nothing learnt", diffusion=DiffusionConfig()).path
