"""How good samples are while a network trains: distances to held-out images, and an alarm for copies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.data.shards import Dataset
from generation.evidence.coverage import cover
from generation.evidence.distance import KernelDistance, frechet
from generation.evidence.interval import clusters_of
from generation.evidence.memorization import TAIL, one_film_each, tail_test
from generation.evidence.neighbours import nearest
from generation.evidence.patches import FEWEST, MOST, SMALLEST_PX, PatchExtractor, learn_patches
from generation.evidence.thumbnails import thumbnails

#: How improbable by chance: a run looks many times.
ALARM_P = 1e-3
_LIBRARY = 4000

Grey = NDArray[np.uint16]
Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What one look at the samples found. `copies` lie closer to a training image than 95 % of held-out
    patients do; where there is nothing to compare with, a number is NaN."""

    fd: float
    kid: float
    coverage: float
    copies: int
    expected: float
    p: float
    samples: int
    pairs: NDArray[np.float32]

    @property
    def alarming(self) -> bool:
        return self.p < ALARM_P

    @property
    def sentence(self) -> str:
        return (
            f"{self.copies} of {self.samples} samples lie closer to a training image than the closest "
            f"{TAIL:.0%} of held-out patients do; {self.expected:.0f} are expected (p = {self.p:.2g}): "
            "the network repeats training images. Use an earlier checkpoint, dropout, or more images."
        )

    def numbers(self) -> dict[str, float]:
        """What the log keeps."""
        distances = {"fd": self.fd, "kid": self.kid, "coverage": self.coverage}
        return {**distances, "copies": self.copies, "copies_p": self.p}


class Judge:
    """Compares samples with the same held-out images each time, by features of the training images."""

    def __init__(self, dataset: Dataset, held_out: Indices, *, seed: int, mirrored: bool) -> None:
        rng = np.random.default_rng([seed, 4])
        train = dataset.of_split("train")
        self.extractor = _extractor(dataset, train, rng, seed)
        self.real = dataset.grey(held_out)
        self.library = dataset.grey(np.sort(rng.choice(train, min(_LIBRARY, len(train)), replace=False)))
        if mirrored:
            self.library = np.concatenate([self.library, self.library[:, :, ::-1]])
        self.rows = thumbnails(self.library)
        patients = np.array(dataset.patients)[held_out]
        unseen = one_film_each(clusters_of(patients, len(patients)), seed)
        self.apart = nearest(thumbnails(self.real[unseen]), self.rows, 1).distance[:, 0]
        if self.extractor is not None:
            self.features = self.extractor.extract(self.real)[0]

    def judge(self, samples: NDArray[np.float32]) -> Quality:
        """Samples (n, 1, size, size) on -1 to 1."""
        grey = np.round((samples[:, 0].clip(-1, 1) + 1) * 32767.5).astype(np.uint16)
        found = nearest(thumbnails(grey), self.rows, 1)
        tail = tail_test(found.distance[:, 0], self.apart)
        closest = np.argsort(found.distance[:, 0])[:8]
        fd, kid, coverage = self._distances(grey)
        return Quality(
            fd=fd,
            kid=kid,
            coverage=coverage,
            copies=tail.count,
            expected=tail.expected,
            p=tail.p,
            samples=len(grey),
            pairs=_images(np.concatenate([grey[closest], self.library[found.index[closest, 0]]])),
        )

    def _distances(self, grey: Grey) -> tuple[float, float, float]:
        if self.extractor is None:
            return np.nan, np.nan, np.nan
        made = self.extractor.extract(grey)[0]
        covered = float(cover(self.features, made).coverage.mean())
        return frechet(self.features, made), KernelDistance(self.features, made).estimate(), covered


def _images(grey: Grey) -> NDArray[np.float32]:
    """As a network sees them."""
    return grey[:, None].astype(np.float32) / 32767.5 - 1.0


def _extractor(
    dataset: Dataset, train: Indices, rng: np.random.Generator, seed: int
) -> PatchExtractor | None:
    """Of the training images, so that held-out ones are judged by what they did not shape."""
    if len(train) < FEWEST or dataset.size < SMALLEST_PX:
        return None
    return learn_patches(dataset.grey(np.sort(rng.permutation(train)[:MOST])), seed=seed)
