"""Features that know the data's own kind: learned from the lab's real images in seconds, without labels.

Small patches at three scales are whitened and clustered (Coates, Lee and Ng 2011). How strongly each place of
an image answers to each cluster is averaged over a grid, beside a thumbnail of the whole, and reduced to the
main directions among the images that it was learned from. The hash of what was learned is part of the name.
"""

from hashlib import sha256

import numpy as np
import torch
from sklearn.cluster import KMeans
from torch import Tensor
from torch.nn import functional

from generation.errors import DatasetError
from generation.evidence.extractor import OnProgress, Pixels
from generation.evidence.interval import Floats

FEWEST = 40
MOST = 600
SCALES = (1, 2, 4)
PATCH, FILTERS, CELLS, THUMBNAIL = 6, 48, 4, 16
DIRECTIONS, CLASSES = 32, 10
ROWS = 64
#: Below it the coarsest scale has no patch.
SMALLEST_PX = PATCH * SCALES[-1]
_PATCHES_AN_IMAGE, _FLAT = 20, 1e-2


class PatchExtractor:
    """An extractor learned from real images of one kind. Use `learn_patches`."""

    is_inception = False

    def __init__(
        self,
        filters: list[tuple[Tensor, Tensor]],
        directions: list[tuple[Floats, Floats]],
        centres: Floats,
        device: torch.device,
    ) -> None:
        self._filters = [(weight.to(device), bias.to(device)) for weight, bias in filters]
        self._directions, self._centres, self._device = directions, centres, device
        told = sha256()
        for array in (*(np.asarray(w.cpu()) for pair in filters for w in pair), centres):
            told.update(np.round(array, 3).astype("<f4").tobytes())
        self.name = f"own-patches:{told.hexdigest()[:8]}"

    def extract(self, pixels: Pixels, on_progress: OnProgress | None = None) -> tuple[Floats, Floats]:
        embeddings = []
        for start in range(0, len(pixels), ROWS):
            parts = _answers(_tensor(pixels[start : start + ROWS]).to(self._device), self._filters)
            blocks = zip(parts, self._directions, strict=True)
            embeddings.append(np.concatenate([(part - mean) @ axes for part, (mean, axes) in blocks], axis=1))
            if on_progress is not None:
                on_progress(min(start + ROWS, len(pixels)), len(pixels))
        embedding = np.concatenate(embeddings)
        apart = ((embedding[:, None] - self._centres) ** 2).mean(2)
        likeness = np.exp(-4 * (apart - apart.min(1, keepdims=True)))
        return embedding, likeness / likeness.sum(1, keepdims=True)


def learn_patches(pixels: Pixels, *, seed: int = 0, device: torch.device | None = None) -> PatchExtractor:
    """Learn from real images that are not judged afterwards, such as the training part."""
    if len(pixels) < FEWEST:
        raise DatasetError(
            f"{len(pixels)} real images are too few to learn features from: {FEWEST} or more are needed. "
            "Use --features domain, or add images to the training part."
        )
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(pixels))[:MOST])
    images = _tensor(pixels[chosen])
    filters = [_clusters(_scaled(images, scale), rng) for scale in SCALES]
    parts = [_answers(images[start : start + ROWS], filters) for start in range(0, len(images), ROWS)]
    directions = [_main_directions(np.concatenate(columns)) for columns in zip(*parts, strict=True)]
    device = device or torch.device("cpu")
    extractor = PatchExtractor(filters, directions, np.zeros((1, 1)), device)
    embedding, _ = extractor.extract(pixels[chosen])
    centres = KMeans(CLASSES, n_init=1, random_state=seed).fit(embedding).cluster_centers_
    return PatchExtractor(filters, directions, np.asarray(centres, np.float64), device)


def _tensor(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / float(np.iinfo(pixels.dtype).max))[:, None]


def _scaled(images: Tensor, scale: int) -> Tensor:
    return functional.avg_pool2d(images, scale) if scale > 1 else images


def _clusters(images: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Whitened patches' cluster centres as filters of a convolution, which whitens by the way."""
    side = images.shape[-1] - PATCH + 1
    n = len(images) * _PATCHES_AN_IMAGE
    which, top, left = rng.integers(len(images), size=n), *rng.integers(side, size=(2, n))
    at = np.arange(PATCH)
    grey = images[:, 0].numpy()
    patches = grey[which[:, None, None], top[:, None, None] + at[:, None], left[:, None, None] + at]
    flat = patches.reshape(n, -1).astype(np.float64)
    flat -= flat.mean(1, keepdims=True)
    values, vectors = np.linalg.eigh(flat.T @ flat / n)
    whiten = vectors * (1 / np.sqrt(np.maximum(values, 0) + _FLAT * values.max())) @ vectors.T
    white = flat @ whiten
    found = KMeans(FILTERS, n_init=1, max_iter=30, random_state=int(rng.integers(2**31))).fit(white)
    weight = found.cluster_centers_ @ whiten
    weight -= weight.mean(1, keepdims=True)
    bias = -0.5 * np.std(white @ found.cluster_centers_.T, axis=0)
    as_filters = torch.from_numpy(weight.reshape(FILTERS, 1, PATCH, PATCH)).float()
    return as_filters, torch.from_numpy(bias).float()


def _answers(images: Tensor, filters: list[tuple[Tensor, Tensor]]) -> list[Floats]:
    """A thumbnail, then what each scale answers, averaged over a grid."""
    thumbnail = functional.adaptive_avg_pool2d(images, THUMBNAIL).flatten(1)
    parts = [thumbnail]
    for scale, (weight, bias) in zip(SCALES, filters, strict=True):
        strength = functional.conv2d(_scaled(images, scale), weight, bias).relu()
        parts.append(functional.adaptive_avg_pool2d(strength, CELLS).flatten(1))
    return [part.double().cpu().numpy() for part in parts]


def _main_directions(rows: Floats) -> tuple[Floats, Floats]:
    """The mean and the first main directions, each block scaled to a spread of one over all directions."""
    mean = rows.mean(0)
    _, spreads, axes = np.linalg.svd(rows - mean, full_matrices=False)
    kept = axes[:DIRECTIONS]
    size = float(np.sqrt((spreads[:DIRECTIONS] ** 2).sum() / len(rows) / len(kept)))
    return mean, kept.T / max(size, 1e-12)
