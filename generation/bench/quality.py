"""Quality at each speed: KID of few solver steps beside a thousand ancestral ones, with its floor.

Not worse is shown, not assumed: the upper end of the 95% interval of a setting's KID minus that of the
thousand steps lies within what real images reach among themselves, the upper end of the floor. The interval
resamples patients, and the images of both settings together: image n has the same noise in both.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch

from generation.bench.deadline import Deadline
from generation.bench.measuring import Part, Task
from generation.bench.plans import Plan
from generation.bench.results import Row
from generation.cards import CheckpointCard, describe_checkpoint
from generation.errors import RequestError
from generation.evidence.distance import KernelDistance, frechet
from generation.evidence.extractor import Features
from generation.evidence.extractors import NetworkExtractor, domain_extractor, inception_extractor
from generation.evidence.interval import (
    Floats,
    Interval,
    Ints,
    disjoint_halves,
    largest_half,
    recentred,
    resample_weights,
    spread,
)
from generation.evidence.load import load_images
from generation.phantoms import SIZES
from generation.phantoms.write import write_phantoms
from generation.sampling.request import SAMPLERS, Sampler, SampleRequest
from generation.sampling.run import sample

LEVEL = 0.95
FEWEST = 10
FLOOR = "real against real"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A checkpoint and images such as it was trained on, else phantoms; what is made stays in `work`."""

    checkpoint: Path
    real: Path | None
    count: int
    work: Path
    inception: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is compared."""

    sampler: Sampler
    steps: int
    guidance: float


def quality_part(plan: Plan, subject: Subject) -> Part:
    def tasks(deadline: Deadline) -> Iterator[Task]:
        trial = _Trial(plan, subject, deadline)
        yield Task(about={"what": FLOOR, **trial.about}, measure=trial.floor_row)
        for one in settings(plan):
            about = {"what": one.sampler, "steps": one.steps, "guidance": one.guidance, **trial.about}
            yield Task(about=about, measure=partial(trial.row, one))

    return Part(kind="quality", tasks=tasks)


def settings(plan: Plan) -> list[Setting]:
    """The reference, the default of `sample`, then every solver with few steps."""
    default = Setting(
        sampler=SampleRequest.sampler, steps=SampleRequest.steps, guidance=SampleRequest.guidance
    )
    few = [
        Setting(sampler=sampler, steps=steps, guidance=guidance)
        for guidance in plan.quality_guidances
        for steps in sorted({*plan.quality_steps, default.steps})
        for sampler in SAMPLERS
        if sampler != "ddpm"
    ]
    return [reference(plan), default, *(one for one in few if one != default)]


def reference(plan: Plan) -> Setting:
    return Setting(sampler="ddpm", steps=plan.reference_steps, guidance=1.0)


class _Trial:
    """Real images, of which each setting sees one half, and the reference that it is compared with."""

    def __init__(self, plan: Plan, subject: Subject, deadline: Deadline) -> None:
        self.plan, self.subject, self.deadline = plan, subject, deadline

    @cached_property
    def about(self) -> Row:
        real = self.subject.real.name if self.subject.real else "phantoms"
        return {"checkpoint": self.card.digest[:12], "real": real, "asked": self.subject.count}

    def floor_row(self) -> list[Row]:
        kid, others = self._floor, [self._embedding(second) for _, second in self._splits]
        firsts = [self._embedding(first) for first, _ in self._splits]
        distances = [frechet(a, b) for a, b in zip(firsts, others, strict=True)]
        figures = {"kid": kid.estimate, "kid_low": kid.low, "kid_high": kid.high}
        return [{"images": self.n, **figures, "frechet": float(np.mean(distances)), **self._extractor_name}]

    def row(self, setting: Setting) -> list[Row]:
        made, seconds = self._made(setting)
        first = self._embedding(self._splits[0][0])
        row = {
            "images": self.n,
            "kid": KernelDistance(first, made).estimate(),
            "frechet": frechet(first, made),
            "seconds_per_image": seconds,
            **self._extractor_name,
        }
        if setting == reference(self.plan):
            return [row]
        more = self._difference(made, self._reference_made)
        beside = {"difference": more.estimate, "difference_low": more.low, "difference_high": more.high}
        return [{**row, **beside, "not_worse": more.high <= self._floor.high}]

    @cached_property
    def card(self) -> CheckpointCard:
        return describe_checkpoint(self.subject.checkpoint)

    @cached_property
    def n(self) -> int:
        """As many images a side as two halves of other patients can have."""
        n = min(self.subject.count, largest_half(self._real.clusters))
        if n < FEWEST:
            raise RequestError(
                f"{len(self._real.embedding)} real images, --count {self.subject.count}: a distance and its "
                f"floor need two halves of {FEWEST} images or more, of other patients. Give more of both."
            )
        return n

    @cached_property
    def _extractor(self) -> NetworkExtractor:
        weights = self.subject.inception
        return inception_extractor(weights) if weights else domain_extractor()

    @property
    def _extractor_name(self) -> Row:
        return {"extractor": self._extractor.name}

    @cached_property
    def _real(self) -> Features:
        folder = self.subject.real or self._phantoms()
        return load_images(folder, "real", size_px=self.card.size).features(self._extractor)

    def _phantoms(self) -> Path:
        """Two halves of them and one patient more; the manifest, written last, says that they are whole."""
        count, size = 2 * self.subject.count + 2, max(SIZES[0], self.card.size)
        folder = self.subject.work / f"phantoms-{size}-{count}"
        if not (folder / "manifest.csv").exists():
            shutil.rmtree(folder, ignore_errors=True)
            write_phantoms(folder, kind="knee", count=count, size=size, seed=99)
        return folder

    @cached_property
    def _splits(self) -> list[tuple[Ints, Ints]]:
        rng = np.random.default_rng(0)
        return [disjoint_halves(self._real.clusters, self.n, rng) for _ in range(self.plan.floor_splits)]

    def _embedding(self, chosen: Ints) -> Floats:
        return self._real.embedding[chosen]

    @cached_property
    def _floor(self) -> Interval:
        kids = [KernelDistance(self._embedding(a), self._embedding(b)).estimate() for a, b in self._splits]
        return spread(np.array(kids), LEVEL, f"{len(kids)} patient-disjoint splits of the real images")

    @cached_property
    def _reference_made(self) -> Floats:
        return self._made(reference(self.plan))[0]

    def _made(self, setting: Setting) -> tuple[Floats, float | None]:
        """Features of the images, and seconds an image where any were made now; a cut request goes on."""
        name = f"{self.card.digest[:12]}-{setting.sampler}-{setting.steps}-{setting.guidance:g}"
        summary = sample(
            SampleRequest(
                count=self.n,
                out=self.subject.work / name,
                checkpoint=self.subject.checkpoint,
                sampler=setting.sampler,
                steps=setting.steps,
                guidance=setting.guidance,
                format="png8",
                precision="bfloat16" if torch.cuda.is_available() else "float32",
            ),
            should_stop=self.deadline.passed,
        )
        made = load_images(summary.out, "synthetic", size_px=self.card.size)
        seconds = summary.seconds / summary.made if summary.made else None
        return made.features(self._extractor).embedding, seconds

    def _difference(self, made: Floats, others: Floats) -> Interval:
        chosen = self._splits[0][0]
        first, clusters = self._embedding(chosen), self._real.clusters[chosen]
        ours, theirs = KernelDistance(first, made), KernelDistance(first, others)
        rng, replicates = np.random.default_rng(0), np.empty(self.plan.replicates)
        for i in range(len(replicates)):
            real, images = resample_weights(clusters, rng), resample_weights(np.arange(len(made)), rng)
            replicates[i] = ours.estimate(real, images) - theirs.estimate(real, images)
        method = f"bootstrap of patients and of image pairs, {len(replicates)} replicates, recentred"
        return recentred(ours.estimate() - theirs.estimate(), replicates, LEVEL, method)
