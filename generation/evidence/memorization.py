"""Does the generator repeat its training images? Exact nearest neighbours, beside those of held-out patients.

A synthetic image always has a nearest training image, so a small distance alone says nothing. The question is
whether synthetic images lie closer to the training set than real images of other patients do.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from generation.evidence.comparison import holm
from generation.evidence.extractor import Extractor
from generation.evidence.images import ImageSet, refuse_shared_patients
from generation.evidence.interval import Floats, Ints, clusters_of
from generation.evidence.neighbours import Neighbours, Rows, nearest
from generation.evidence.similarity import structural_similarity
from generation.evidence.thumbnails import SSIM_PX, shrink, thumbnails

NEIGHBOURS = 6
CANDIDATES = 2
TAIL = 0.05
SSIM_ROWS = 64
SHOWN_PAIRS = 12

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class View:
    """One way to measure closeness: distances to the nearest training image, smaller is closer."""

    name: str
    synthetic: Floats
    heldout: Floats
    ratio: float
    p: float
    p_holm: float
    tail_limit: float
    tail_count: int
    tail_expected: float
    tail_p: float
    tail_p_holm: float


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A synthetic (or held-out) image beside the training image most like it."""

    image: int
    train: int
    mirrored: bool
    ssim: float


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A training patient and how often synthetic images are nearest to that patient's films."""

    patient: str
    films: int
    nearest: int
    in_tail: int
    highest_ssim: float


@dataclass(frozen=True, kw_only=True)
class Memorization:
    views: tuple[View, ...]
    pairs: tuple[Pair, ...]
    heldout_pairs: tuple[Pair, ...]
    patients: tuple[Repeated, ...]
    n_train: int
    n_heldout: int
    n_heldout_patients: int
    n_synthetic: int
    mirrored: bool

    @property
    def suspected(self) -> bool:
        """More synthetic images in the closest tail than chance allows, in any view."""
        return any(view.tail_p_holm < 0.05 for view in self.views)

    @property
    def sentence(self) -> str:
        worst = min(self.views, key=lambda view: view.tail_p_holm)
        return (
            f"{worst.tail_count} of {self.n_synthetic} synthetic images lie closer to a training image "
            f"({worst.name}) than the closest {TAIL:.0%} of held-out patients do; {worst.tail_expected:.0f} "
            f"are expected without memorisation (precedence test, p = {worst.tail_p_holm:.3g} after Holm)."
        )


@dataclass(frozen=True, kw_only=True)
class _Search:
    """What one set of images found in the training set."""

    found: Mapping[str, Neighbours]
    pairs: tuple[Pair, ...]

    def distances(self) -> dict[str, Floats]:
        per_view = {name: neighbours.distance[:, 0] for name, neighbours in self.found.items()}
        return per_view | {"1 - SSIM": np.array([1 - pair.ssim for pair in self.pairs])}


def memorize(
    train: ImageSet,
    heldout: ImageSet,
    synthetic: ImageSet,
    extractor: Extractor,
    *,
    mirrored: bool = False,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> Memorization:
    """Two embeddings and SSIM; `mirrored` also looks for left knees repeated as right ones."""
    refuse_shared_patients(train, heldout)
    library = _Library(train, extractor, mirrored=mirrored)
    ours = library.search(synthetic, extractor, on_progress)
    theirs = library.search(heldout, extractor, on_progress)
    views = _views(ours.distances(), theirs.distances(), one_film_each(heldout.clusters, seed))
    return Memorization(
        views=views,
        pairs=tuple(sorted(ours.pairs, key=lambda pair: -pair.ssim)),
        heldout_pairs=tuple(sorted(theirs.pairs, key=lambda pair: -pair.ssim)),
        patients=_patients(train, ours, views),
        n_train=len(train),
        n_heldout=len(heldout),
        n_heldout_patients=int(heldout.clusters.max()) + 1,
        n_synthetic=len(synthetic),
        mirrored=mirrored,
    )


class _Library:
    """The training images, embedded once."""

    def __init__(self, train: ImageSet, extractor: Extractor, *, mirrored: bool) -> None:
        self.n = len(train)
        pixels = np.concatenate([train.pixels, train.pixels[:, :, ::-1]]) if mirrored else train.pixels
        self.embedded = dict(_embeddings(pixels, extractor))
        self.small = shrink(pixels, SSIM_PX)

    def search(self, images: ImageSet, extractor: Extractor, on_progress: Progress | None) -> _Search:
        found = {}
        for name, rows in _embeddings(images.pixels, extractor):
            follow = None if on_progress is None else _Follow(on_progress, f"{images.name} by {name}")
            found[name] = nearest(rows, self.embedded[name], NEIGHBOURS, follow)
        candidates = np.hstack([one.index[:, :CANDIDATES] for one in found.values()])
        return _Search(found=found, pairs=tuple(self._pairs(shrink(images.pixels, SSIM_PX), candidates)))

    def _pairs(self, small: Rows, candidates: Ints) -> Iterator[Pair]:
        ways = candidates.shape[1]
        for start in range(0, len(small), SSIM_ROWS):
            chosen = candidates[start : start + SSIM_ROWS]
            first = np.repeat(small[start : start + SSIM_ROWS], ways, axis=0)
            alike = structural_similarity(first, self.small[chosen.ravel()]).reshape(chosen.shape)
            for row, best in enumerate(alike.argmax(1)):
                key = int(chosen[row, best])
                yield Pair(
                    image=start + row,
                    train=key % self.n,
                    mirrored=key >= self.n,
                    ssim=float(alike[row, best]),
                )


class _Follow:
    """Progress of one search under its own name."""

    def __init__(self, on_progress: Progress, name: str) -> None:
        self.on_progress, self.name = on_progress, name

    def __call__(self, done: int, total: int) -> None:
        self.on_progress(self.name, done, total)


def _embeddings(pixels: NDArray[np.unsignedinteger], extractor: Extractor) -> Iterator[tuple[str, Rows]]:
    yield extractor.name, extractor.extract(pixels)[0].astype(np.float32)
    yield "thumbnail 32 px", thumbnails(pixels)


def _views(ours: Mapping[str, Floats], theirs: Mapping[str, Floats], asked: Ints) -> tuple[View, ...]:
    tails = {name: tail_test(ours[name], theirs[name][asked]) for name in ours}
    bulks = {name: _bulk_p(ours[name], theirs[name][asked]) for name in ours}
    bulk_holm = holm(np.array(list(bulks.values())))
    tail_holm = holm(np.array([tail.p for tail in tails.values()]))
    return tuple(
        View(
            name=name,
            synthetic=ours[name],
            heldout=theirs[name],
            ratio=float(np.median(ours[name]) / max(np.median(theirs[name]), 1e-12)),
            p=bulks[name],
            p_holm=float(bulk_holm[row]),
            tail_limit=tail.limit,
            tail_count=tail.count,
            tail_expected=tail.expected,
            tail_p=tail.p,
            tail_p_holm=float(tail_holm[row]),
        )
        for row, (name, tail) in enumerate(tails.items())
    )


def one_film_each(clusters: Ints, seed: int) -> Ints:
    """A patient counts once, with one film at random: the two knees of a person are no two witnesses."""
    order = np.random.default_rng(seed).permutation(len(clusters))
    return order[np.unique(clusters[order], return_index=True)[1]]


@dataclass(frozen=True, kw_only=True)
class Tail:
    """How many distances are shorter than the `limit`, below which 5 % of held-out patients lie."""

    limit: float
    count: int
    expected: float
    p: float


def tail_test(ours: Floats, theirs: Floats) -> Tail:
    """Is the closest tail too full? The precedence test counts what comes before the r-th closest patient.

    Without memorisation that count is negative hypergeometric, whatever the distances' distribution.
    """
    rank = max(1, int(np.ceil(TAIL * len(theirs))))
    limit = float(np.partition(theirs, rank - 1)[rank - 1])
    count = int((ours < limit).sum())
    chance = stats.nhypergeom(len(ours) + len(theirs), len(ours), rank)
    return Tail(
        limit=limit, count=count, expected=float(chance.mean()), p=float(min(1.0, chance.sf(count - 1)))
    )


def _bulk_p(ours: Floats, theirs: Floats) -> float:
    """Is the bulk closer (Meehan et al. 2020: Mann-Whitney)?"""
    return float(stats.mannwhitneyu(ours, theirs, alternative="less", method="asymptotic").pvalue)


def _patients(train: ImageSet, ours: _Search, views: tuple[View, ...]) -> tuple[Repeated, ...]:
    """Which training patients the synthetic images are nearest to, most often first."""
    clusters = clusters_of(train.patients, len(train))
    who = train.names if train.patients is None else train.patients
    names = dict(zip(clusters.tolist(), who.tolist(), strict=True))
    films = np.bincount(clusters)
    limit = next(view.tail_limit for view in views if view.name == "1 - SSIM")
    nearest_count, in_tail = np.zeros(len(films), int), np.zeros(len(films), int)
    highest = np.full(len(films), -1.0)
    for pair in ours.pairs:
        patient = clusters[pair.train]
        nearest_count[patient] += 1
        in_tail[patient] += 1 - pair.ssim < limit
        highest[patient] = max(highest[patient], pair.ssim)
    order = np.lexsort((-highest, -nearest_count, -in_tail))
    return tuple(
        Repeated(
            patient=names[int(row)],
            films=int(films[row]),
            nearest=int(nearest_count[row]),
            in_tail=int(in_tail[row]),
            highest_ssim=float(highest[row]),
        )
        for row in order
        if nearest_count[row]
    )
