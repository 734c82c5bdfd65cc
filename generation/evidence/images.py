"""The sets of images that evidence is about, small enough to be held in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from generation.errors import DatasetError
from generation.evidence.extractor import Extractor, Features, OnProgress, Pixels
from generation.evidence.interval import Ints, clusters_of

Words = NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class ImageSet:
    """Grey images with their names, their patients where known, and their categorical labels."""

    name: str
    pixels: Pixels
    names: Words
    patients: Words | None = None
    labels: Mapping[str, Words] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.dtype.kind != "u" or not len(self.pixels):
            raise DatasetError(
                f"{self.name}: evidence needs grey images of an unsigned type, (n, height, width); got "
                f"{self.pixels.dtype} {self.pixels.shape}. Convert colour images to grey first."
            )
        for what, column in {"names": self.names, "patients": self.patients, **self.labels}.items():
            if column is not None and len(column) != len(self.pixels):
                raise DatasetError(f"{self.name}: {len(self.pixels)} images but {len(column)} {what}.")

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def clusters(self) -> Ints:
        return clusters_of(self.patients, len(self))

    def label(self, condition: str) -> Words:
        if condition not in self.labels:
            known = ", ".join(self.labels) or "none"
            raise DatasetError(f"{self.name} has no label {condition!r}. Its labels: {known}.")
        return self.labels[condition]

    def take(self, chosen: Ints) -> "ImageSet":
        return ImageSet(
            name=self.name,
            pixels=self.pixels[chosen],
            names=self.names[chosen],
            patients=None if self.patients is None else self.patients[chosen],
            labels={name: values[chosen] for name, values in self.labels.items()},
        )

    def features(self, extractor: Extractor, on_progress: OnProgress | None = None) -> Features:
        embedding, probabilities = extractor.extract(self.pixels, on_progress)
        return Features(
            extractor=extractor.name,
            is_inception=extractor.is_inception,
            embedding=embedding,
            probabilities=probabilities,
            clusters=self.clusters,
            labels=self.labels,
        )


def refuse_shared_patients(first: ImageSet, second: ImageSet) -> None:
    """A patient on both sides would make any comparison between them worthless."""
    if first.patients is None or second.patients is None:
        return
    shared = np.intersect1d(first.patients, second.patients)
    if len(shared):
        raise DatasetError(
            f"{len(shared)} patients are in {first.name} and in {second.name}, for example {shared[0]}. "
            "Move each patient's images to one side."
        )
