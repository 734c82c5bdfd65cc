"""Quality at each speed: KID of few solver steps beside a thousand ancestral ones, with its floor."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from generation.evidence.distance import KernelDistance
from generation.evidence.extractors import domain_extractor
from generation.evidence.images import ImageSet
from generation.evidence.load import load_images
from generation.sampling.request import SAMPLERS, SampleRequest
from generation.sampling.run import sample


def quality(
    checkpoint: Path,
    real: Path,
    *,
    count: int,
    steps: Sequence[int] = (10, 15, 20, 30),
    reference_steps: int = 1000,
    guidances: Sequence[float] = (1.0, 1.5),
) -> Iterator[dict[str, Any]]:
    """One row a setting; the first is the floor, real against real at the same number of images."""
    extractor = domain_extractor()
    held = load_images(real, "real")
    chosen = np.random.default_rng(0).permutation(len(held))
    first, second = held.take(chosen[:count]), held.take(chosen[count : 2 * count])
    yield {
        "what": "real against real",
        "images": len(second),
        "kid": _kid(first, second),
        "extractor": extractor.name,
    }
    settings: list[tuple[str, int, float]] = [("ddpm", reference_steps, 1.0)]
    settings += [(s, n, g) for s in SAMPLERS if s != "ddpm" for n in steps for g in guidances]
    for sampler, number, guidance in settings:
        with TemporaryDirectory() as folder:
            summary = sample(
                SampleRequest(
                    count=count,
                    out=Path(folder) / "out",
                    checkpoint=checkpoint,
                    sampler=sampler,  # type: ignore[arg-type]
                    steps=number,
                    guidance=guidance,
                    format="png8",
                    precision="bfloat16" if torch.cuda.is_available() else "float32",
                )
            )
            made = load_images(summary.out, "synthetic")
        yield {
            "what": sampler,
            "steps": number,
            "guidance": guidance,
            "images": count,
            "kid": _kid(first, made),
            "seconds_per_image": summary.seconds / count,
            "extractor": extractor.name,
        }


def _kid(first: ImageSet, second: ImageSet) -> float:
    extractor = domain_extractor()
    return KernelDistance(extractor.extract(first.pixels)[0], extractor.extract(second.pixels)[0]).estimate()
