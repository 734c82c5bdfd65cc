"""Negative controls: images that no generator should be proud of, measured as synthetic images are.

Features that take clouds, blur or another anatomy for real images cannot tell whether a generator is any
good; each report says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from generation.evidence.coverage import CHUNK, cover, squared_distances
from generation.evidence.distance import KernelDistance, frechet
from generation.evidence.extractor import Extractor, Features, OnProgress, Pixels
from generation.evidence.images import ImageSet
from generation.evidence.interval import Floats, disjoint_halves
from generation.evidence.quality import Measured
from generation.evidence.thumbnails import shrink
from generation.phantoms.chest import make_chest
from generation.phantoms.knee import make_volume_knee

MOST = 200
SPLITS = 3
COUNT = 6
COPIES = "copied training set"
#: Copies lie this much nearer to training images than unseen patients do, or they are not seen as copies.
COPIED = 0.5
_ANATOMY, _A_FEW = 40, 8


@dataclass(frozen=True, kw_only=True)
class Control:
    """One negative control beside real images.

    `told` says whether the features see that it is not real, by distance and by precision (a copy: that it is
    one), `beaten` whether the synthetic images come nearer to real ones than it does.
    """

    name: str
    kid: float
    fd: float
    precision: float
    coverage: float
    nearest_ratio: float
    told: bool
    beaten: bool


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What the features make of images that are known to be bad."""

    rows: tuple[Control, ...]
    can_tell: bool
    verdict: str


@dataclass(frozen=True)
class _Marks:
    """What the synthetic images and real ones among themselves reach."""

    kid: float
    kid_floor: float
    precision_floor: float

    @classmethod
    def of(cls, metrics: Sequence[Measured]) -> "_Marks":
        whole = {row.name.partition("[")[0]: row for row in metrics if row.group == "all"}
        kid = whole["kid"]
        return cls(kid.value.estimate, max(kid.floor.high, 0.0), whole["precision"].floor.low)


def judge_features(
    real: ImageSet,
    train: ImageSet,
    extractor: Extractor,
    metrics: Sequence[Measured],
    *,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Controls:
    """Measure every control with the extractor that judged the synthetic images; `metrics` are theirs."""
    marks = _Marks.of(metrics)
    rng = np.random.default_rng([seed, 7])
    asked, shown = real.features(extractor), train.features(extractor)
    rows = []
    for name, pixels in _made(real, train, rng):
        rows.append(_row(name, asked, shown, extractor.extract(pixels)[0], marks, rng))
        if on_progress is not None:
            on_progress(len(rows), COUNT)
    return Controls(
        rows=tuple(rows), can_tell=all(row.told for row in rows), verdict=_verdict(rows, extractor.name)
    )


def _made(real: ImageSet, train: ImageSet, rng: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    """From at most MOST images, so that a control costs seconds."""
    source = real.pixels[np.sort(rng.permutation(len(real))[:MOST])]
    yield "clouds", clouds(source, rng)
    for sigma in (2, 5):
        blurred = ndimage.gaussian_filter(source, (0, sigma, sigma))
        yield f"blur of {sigma} px", blurred
    half = source.shape[1] // 2
    yield "swapped quadrants", np.roll(source, (half, half), (1, 2))
    yield another_anatomy(source)
    yield COPIES, train.pixels[np.sort(rng.permutation(len(train))[:MOST])]


def clouds(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Fields with the mean spectrum and the grey values of the images, and no form."""
    power = np.abs(np.fft.fft2(pixels - pixels.mean((1, 2), keepdims=True))).mean(0)
    noise = np.fft.fft2(rng.standard_normal(pixels.shape))
    fields = np.fft.ifft2(noise * power).real
    made = np.empty_like(pixels)
    for row, field in enumerate(fields):
        order = np.argsort(field, axis=None)
        made[row].flat[order] = np.sort(pixels[row], axis=None)
    return made


def another_anatomy(pixels: Pixels) -> tuple[str, Pixels]:
    """Chest or knee phantoms: those of which a few look less like the mean of the images."""
    mean = shrink(pixels, 16).mean(0).ravel()
    few = {kind: _phantoms(kind, range(_A_FEW), pixels) for kind in ("chest", "knee")}
    alike = {
        kind: float(np.corrcoef(mean, shrink(films, 16).mean(0).ravel())[0, 1]) for kind, films in few.items()
    }
    kind = min(alike, key=lambda kind: alike[kind])
    others = _phantoms(kind, range(_A_FEW, _ANATOMY), pixels)
    return f"another anatomy ({kind} phantoms)", np.concatenate([few[kind], others])


def _phantoms(kind: str, numbers: range, like: Pixels) -> Pixels:
    """Of the size and depth of the images."""
    size = like.shape[1]
    drawn = max(64, size)
    if kind == "chest":
        films = [make_chest(number, seed=5, size=drawn)[0] for number in numbers]
    else:
        films = [make_volume_knee(number, seed=5, size=drawn)[0].image / 65535 for number in numbers]
    return _fitted(np.stack(films), size, like)


def _fitted(films: Floats, size: int, like: Pixels) -> Pixels:
    whole = np.iinfo(like.dtype).max
    deep = np.round(films * 65535).astype(np.uint16)
    fitted: Pixels = np.round(shrink(deep, size) * whole).astype(like.dtype)
    return fitted


def _row(
    name: str, real: Features, train: Features, embedding: Floats, marks: _Marks, rng: np.random.Generator
) -> Control:
    found = []
    for _ in range(SPLITS):
        n = min(len(embedding), len(real.embedding) // 2, MOST)
        first, _others = disjoint_halves(real.clusters, n, rng)
        theirs, ours = real.embedding[first], embedding[rng.permutation(len(embedding))[:n]]
        shares = cover(theirs, ours)
        distances = KernelDistance(theirs, ours).estimate(), frechet(theirs, ours)
        found.append((*distances, float(shares.precision.mean()), float(shares.coverage.mean())))
    kid, fd, precision, coverage = np.mean(found, axis=0).tolist()
    ratio = _nearest(embedding, train.embedding) / max(_nearest(real.embedding, train.embedding), 1e-12)
    strange = kid > marks.kid_floor and precision < marks.precision_floor
    return Control(
        name=name,
        kid=kid,
        fd=fd,
        precision=precision,
        coverage=coverage,
        nearest_ratio=ratio,
        told=ratio < COPIED if name == COPIES else strange,
        beaten=name == COPIES or marks.kid < kid,
    )


def _nearest(ours: Floats, train: Floats) -> float:
    """The median distance to the nearest training image."""
    gaps = [
        squared_distances(ours[start : start + CHUNK], train).min(1) for start in range(0, len(ours), CHUNK)
    ]
    return float(np.sqrt(np.median(np.concatenate(gaps))))


def _verdict(rows: Sequence[Control], extractor: str) -> str:
    blind = [row.name for row in rows if not row.told]
    no_better = [row.name for row in rows if row.told and not row.beaten]
    if blind:
        first = f"These features cannot tell: {extractor} takes {', '.join(blind)} for real images."
    else:
        first = f"These features can tell: {extractor} sees that no negative control is real."
    if no_better:
        first += f" The synthetic images are no nearer to real ones than {', '.join(no_better)}."
    return first
