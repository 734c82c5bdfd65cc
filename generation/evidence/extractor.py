"""Who turns images into features. The extractor's name and hash are part of every metric's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from generation.evidence.interval import Floats, Ints

Pixels = NDArray[Any]
OnProgress = Callable[[int, int], None]

_INCEPTION_NAMES = {"fd": "fid", "is": "is"}
_OWN_NAMES = {"fd": "fd", "is": "class-score"}


class Extractor(Protocol):
    """`name` says which network with which weights; only Inception's may call its distance a FID."""

    @property
    def name(self) -> str: ...

    @property
    def is_inception(self) -> bool: ...

    def extract(self, pixels: Pixels, on_progress: OnProgress | None = None) -> tuple[Floats, Floats]:
        """Embedding and class probabilities of grey images (n, height, width) of an unsigned type."""
        ...


@dataclass(frozen=True, kw_only=True)
class Features:
    """What an extractor saw in a set of images, with the labels and patients of that set."""

    extractor: str
    is_inception: bool
    embedding: Floats
    probabilities: Floats
    clusters: Ints
    labels: Mapping[str, NDArray[np.str_]]

    def named(self, metric: str) -> str:
        """Never a bare FID: `fid[inception-v3-2015:6726825d]` or `fd[knee-domain-net:1a2b3c4d]`."""
        names = _INCEPTION_NAMES if self.is_inception else _OWN_NAMES
        return f"{names.get(metric, metric)}[{self.extractor}]"

    def where(self, name: str, value: str) -> "Features":
        return self.take(np.flatnonzero(self.labels[name] == value))

    def take(self, chosen: Ints) -> "Features":
        return Features(
            extractor=self.extractor,
            is_inception=self.is_inception,
            embedding=self.embedding[chosen],
            probabilities=self.probabilities[chosen],
            clusters=np.unique(self.clusters[chosen], return_inverse=True)[1].astype(np.int64),
            labels={name: values[chosen] for name, values in self.labels.items()},
        )
