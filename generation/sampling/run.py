"""Carrying out a request, alone or as one of several processes of `accelerate launch`."""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generation.checkpoints import Checkpoint, load_checkpoint
from generation.conditions import Value
from generation.errors import GenerationError, RequestError, StoppedError
from generation.files import readable_refusals
from generation.joint import ConditionDraw, has_gaps
from generation.memory import readable_shortage
from generation.models.compilation import compile_network
from generation.papers import SYNTHETIC
from generation.sampling.backends import FastNetwork
from generation.sampling.images import write_image
from generation.sampling.ledger import MANIFEST, Ledger, Row, split_evenly
from generation.sampling.noise import image_seed, source_of
from generation.sampling.request import Progress, SampleRequest, SampleSummary
from generation.sampling.solvers import Guidance, denoise
from generation.team import Team
from generation.wgan.networks import Generator
from generation.wgan.sample import draw

OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def sample(
    request: SampleRequest,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> SampleSummary:
    """Make what is missing of a request. A stop raises StoppedError; the same request goes on."""
    team = Team(cpu=request.cpu)
    checkpoint = load_checkpoint(request.checkpoint_path, team.device)
    checkpoint.space.encode(request.conditions)  # refuse unknown conditions before a folder is made
    _refuse_untrained(request, checkpoint)
    return carry_out(Painter(request, checkpoint, team.device), team, on_progress, should_stop)


def carry_out(
    painter: "Painter", team: Team, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> SampleSummary:
    """Make what is missing, in the folder of the painter's request."""
    started = time.monotonic()
    request, checkpoint = painter.request, painter.checkpoint
    ledger = Ledger(request, request.identity(checkpoint), painter.facts_of)
    try:
        manifest, made = _fill(painter, ledger, team, on_progress, should_stop)
    finally:
        ledger.release()
    return SampleSummary(
        out=request.out,
        manifest=manifest,
        made=made,
        total=request.count,
        seconds=time.monotonic() - started,
        checkpoint_digest=checkpoint.digest,
        first=team.first,
    )


def _refuse_untrained(request: SampleRequest, checkpoint: Checkpoint) -> None:
    """Guidance leads away from the open condition, which only dropped or missing conditions have trained."""
    space, path = checkpoint.space, checkpoint.path
    if checkpoint.knows_open_conditions or not len(space):
        return
    if request.guidance != 1.0:
        raise RequestError(
            f"{path} was trained with condition_dropout = 0, so it cannot be guided. Use guidance 1."
        )
    for name, value in request.conditions.items():
        if value in (None, "") and not has_gaps(space, space.rows, name):
            raise RequestError(
                f"{path} was trained with condition_dropout = 0, so {name} cannot be left open. "
                f"Name a value for {name}, or leave the condition out to have it drawn."
            )


def _fill(
    painter: "Painter",
    ledger: Ledger,
    team: Team,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
) -> tuple[Path, int]:
    """The manifest, and how many images this process made."""
    if team.first:
        ledger.claim(bytes_an_image=2 * painter.checkpoint.size**2 + 2048)
    team.wait()
    if not team.first:
        ledger.join()
    team.wait()  # until all know what is missing: what one makes now would change the others' shares
    made = _make_missing(painter, ledger, team, on_progress, should_stop)
    team.wait()
    manifest = ledger.finish() if team.first else ledger.out / MANIFEST
    team.wait()
    return manifest, made


class Painter:
    """Turns numbers of images into images. On the CPU each is made alone, by one thread."""

    mark = SYNTHETIC

    def __init__(self, request: SampleRequest, checkpoint: Checkpoint, device: torch.device) -> None:
        self.request, self.checkpoint, self.device = request, checkpoint, device
        self.guidance = Guidance(
            scale=request.guidance, rescale=request.guidance_rescale, interval=request.guidance_interval
        )
        self.batch = 1 if device.type == "cpu" else request.batch
        self.stages = checkpoint.space.stages(request.through) if request.through else [None]
        self.draw = ConditionDraw(checkpoint.space, checkpoint.space.rows, request.conditions)
        if request.compiled and not checkpoint.is_wgan:
            compile_network(checkpoint.network, device)
        self.fast = self._fast() if request.backend != "torch" else None

    def _fast(self) -> FastNetwork:
        if self.device.type != "cpu":
            raise RequestError(f"{self.request.backend} is for a CPU: say --cpu, or leave --backend out.")
        return FastNetwork(
            self.checkpoint,
            backend=self.request.backend,
            precision=self.request.precision,
            threads=self.request.threads or _cores(processes=1),
        )

    def conditions_of(self, index: int) -> dict[str, Value]:
        """What was asked; what was not named is drawn as the training data had it."""
        patient, stage = divmod(index, len(self.stages))
        drawn = self.draw.conditions(np.random.default_rng([self.request.seed, patient, 1]))
        return {**drawn, self.request.through: self.stages[stage]} if self.request.through else drawn

    def seed_of(self, index: int) -> int:
        """The seed of an image's noise, which all images of one patient share."""
        return image_seed(self.request.seed, index // len(self.stages))

    def paint(self, indices: Sequence[int]) -> NDArray[np.float32]:
        """(n, size, size) on -1 to 1."""
        padded = [*indices, *([indices[-1]] * (self.batch - len(indices)))]
        encoded = np.stack([self.checkpoint.space.encode(self.conditions_of(i)) for i in padded])
        sources = [source_of(self.request.seed, i // len(self.stages)) for i in padded]
        if isinstance(self.checkpoint.network, Generator):
            return draw(self.checkpoint.network, encoded, sources)[: len(indices)]
        images = denoise(
            self.fast or self.checkpoint.network,
            self.checkpoint.diffusion,
            torch.from_numpy(encoded).to(self.device),
            sources,
            size=self.checkpoint.size,
            sampler=self.request.sampler,
            steps=self.request.steps,
            guidance=self.guidance,
            precision=self.request.precision,
            period=self.checkpoint.network.config.unshuffle,
        )
        painted: NDArray[np.float32] = images[: len(indices), 0].cpu().numpy()
        return painted

    def store(self, index: int, image: NDArray[np.float32], ledger: Ledger) -> Row:
        facts, path = self.facts_of(index), ledger.path_of(index)
        if not np.isfinite(image).all():
            raise GenerationError(
                f"image {index} came out as no picture, but as values that are no numbers. Take --precision "
                "float32, or an earlier checkpoint."
            )
        digest = write_image(
            ledger.out / path,
            image,
            self.request.format,
            {**facts, "request_digest": ledger.digest},
            self.mark,
        )
        return {"file": path.as_posix(), **facts, "sha256": digest}

    def facts_of(self, index: int) -> Row:
        """All that the manifest says of an image beside its file: known before it is made."""
        known = {n: "" if v is None else v for n, v in self.conditions_of(index).items()}
        seed = "" if self.request.hidden_seed else self.seed_of(index)
        own = {"index": index, "seed": seed, "checkpoint_digest": self.checkpoint.digest}
        if self.request.through:
            own["patient"] = f"synthetic-{index // len(self.stages):06d}"
        return {**own, **known, **self._solver()}

    def _solver(self) -> dict[str, str | int | float]:
        """How the image came out of the network; a WGAN-GP has one pass and neither solver nor guidance."""
        if self.checkpoint.is_wgan:
            return {"sampler": "wgan-gp", "steps": 1, "guidance": 1.0, "precision": "float32"}
        return {
            "sampler": self.request.sampler,
            "steps": self.request.steps,
            "guidance": self.request.guidance,
            "precision": self.request.precision,
        }


def _make_missing(
    painter: Painter,
    ledger: Ledger,
    team: Team,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
) -> int:
    missing = split_evenly(ledger.missing(), team.number, team.size)
    before, started, made = painter.request.count - len(missing) * team.size, time.monotonic(), 0
    batches = [missing[i : i + painter.batch] for i in range(0, len(missing), painter.batch)]
    for rows in _stored(painter, ledger, batches, team):
        with readable_refusals(ledger.out):
            for row in rows:
                ledger.add(row, team.number)
                made += 1
        if on_progress is not None:
            speed = made * team.size / (time.monotonic() - started)
            done = max(0, before) + made * team.size
            left = (painter.request.count - done) / speed
            on_progress(
                Progress(
                    done=min(done, painter.request.count),
                    total=painter.request.count,
                    images_per_second=speed,
                    seconds_left=max(0.0, left),
                )
            )
        if should_stop is not None and should_stop() and made < len(missing):
            raise StoppedError(
                f"stopped after {made} images. They are kept in {ledger.out}: repeat the request to go on."
            )
    return made


def _stored(
    painter: Painter, ledger: Ledger, batches: Sequence[list[int]], team: Team
) -> Iterator[Iterator[Row]]:
    """Files of one batch after the other, written by several threads while the next batches are painted."""
    cores = _cores(team.size)
    threads = 1 if painter.device.type != "cpu" else painter.request.threads or cores

    def store(index: int, image: NDArray[np.float32]) -> Row:
        return painter.store(index, image, ledger)

    with ThreadPoolExecutor(min(cores, painter.batch)) as writers:
        for indices, images in _painted(painter, batches, threads):
            yield writers.map(store, indices, images)


def _cores(processes: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(cores / processes))


Painted = tuple[Sequence[int], NDArray[np.float32]]


def _painted(painter: Painter, batches: Sequence[list[int]], threads: int) -> Iterator[Painted]:
    """Batches as they are finished. A few are under way at a time, so a stop loses little."""
    with ThreadPoolExecutor(threads, initializer=_one_core) as pool:
        waiting: dict[Future[NDArray[np.float32]], list[int]] = {}
        upcoming = iter(batches)
        try:
            while True:
                for indices in upcoming:
                    waiting[pool.submit(painter.paint, indices)] = indices
                    if len(waiting) > threads:
                        break
                if not waiting:
                    return
                for finished in wait(waiting, return_when=FIRST_COMPLETED).done:
                    with readable_shortage(_too_little(painter)):
                        images = finished.result()
                    yield waiting.pop(finished), images
        finally:
            pool.shutdown(cancel_futures=True)


def _one_core() -> None:
    """An image by one thread: its sums are the same whatever the number of cores."""
    if not torch.cuda.is_available():
        torch.set_num_threads(1)


def _too_little(painter: Painter) -> str:
    if painter.device.type == "cpu":
        return "the memory is not enough. Repeat the request with fewer --threads; finished images are kept."
    return (
        f"the memory is not enough for {painter.batch} images at a time. "
        f"Say --batch {max(1, painter.batch // 2)} and a new --out."
    )
