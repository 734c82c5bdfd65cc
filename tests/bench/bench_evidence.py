"""How fast the search for memorised patients is: 20,000 synthetic against 5,000 training images.

    python -m tests.bench.bench_evidence [--quick]

The peer is a plain loop over numpy, one image at a time, on the same embedding and a part of the images; the
CNN search of imagededup stands beside it where that package is installed (it brings torchvision, so it is no
dependency here).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from generation.evidence.extractors import domain_extractor
from generation.evidence.images import ImageSet
from generation.evidence.memorization import memorize
from generation.evidence.neighbours import nearest
from generation.evidence.thumbnails import thumbnails

SIDE_PX = 64
LOOPED = 200


def images(n: int, seed: int, name: str) -> ImageSet:
    """Random films: the work does not depend on what they show."""
    pixels = np.random.default_rng(seed).integers(0, 256, (n, SIDE_PX, SIDE_PX), dtype=np.uint8)
    return ImageSet(
        name=name,
        pixels=pixels,
        names=np.array([f"{name}{i}" for i in range(n)]),
        patients=np.array([f"{name}{i // 2}" for i in range(n)]),
    )


def one_by_one(queries: NDArray[np.float32], keys: NDArray[np.float32]) -> list[int]:
    return [int(np.argmin(np.linalg.norm(keys - query, axis=1))) for query in queries]


def timed(what: str, seconds: float, beside: str = "") -> None:
    sys.stdout.write(f"{what:66s} {seconds:9.2f} s  {beside}\n")
    sys.stdout.flush()


def bench_whole(n_synthetic: int, n_train: int) -> None:
    """Everything that the command does after reading files: two embeddings, exact search, SSIM, tests."""
    train, heldout = images(n_train, 1, "train"), images(n_train // 5, 2, "held-out")
    synthetic = images(n_synthetic, 3, "synthetic")
    extractor = domain_extractor()
    started = time.perf_counter()
    memorize(train, heldout, synthetic, extractor)
    timed(f"memorize, {n_synthetic:,} x {n_train:,} images of {SIDE_PX} px", time.perf_counter() - started)


def bench_search(n_synthetic: int, n_train: int) -> None:
    """The search alone, against the loop on the first images and scaled to all."""
    queries = thumbnails(images(n_synthetic, 3, "synthetic").pixels)
    keys = thumbnails(images(n_train, 1, "train").pixels)
    started = time.perf_counter()
    found = nearest(queries, keys, 1).index[:LOOPED, 0]
    ours = time.perf_counter() - started
    started = time.perf_counter()
    looped = one_by_one(queries[:LOOPED], keys)
    theirs = (time.perf_counter() - started) * n_synthetic / LOOPED
    same = "same answers" if found.tolist() == looped else "OTHER ANSWERS"
    timed(
        f"nearest, {n_synthetic:,} x {n_train:,} rows of {keys.shape[1]}",
        ours,
        f"{theirs / ours:.0f} x the loop, {same}",
    )


def bench_peer(n_synthetic: int, n_train: int) -> None:
    """imagededup finds duplicates within one set, so it is given both sets as one."""
    if importlib.util.find_spec("imagededup") is None:
        sys.stdout.write("imagededup is not installed: its search is not timed\n")
        return
    from imagededup.methods import CNN

    rows = thumbnails(images(n_synthetic + n_train, 5, "both").pixels)
    encodings = {str(number): row for number, row in enumerate(rows)}
    started = time.perf_counter()
    CNN().find_duplicates(encoding_map=encodings, min_similarity_threshold=0.9)
    timed(f"imagededup CNN.find_duplicates, {len(rows):,} rows", time.perf_counter() - started)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the images")
    share = 20 if parser.parse_args().quick else 1
    n_synthetic, n_train = 20_000 // share, 5_000 // share
    bench_search(n_synthetic, n_train)
    bench_whole(n_synthetic, n_train)
    bench_peer(n_synthetic, n_train)
    return 0


if __name__ == "__main__":
    sys.exit(main())
