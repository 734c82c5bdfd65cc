"""How often the blinding audit tells apart two arms that are random parts of the same images.

``python -m tests.bench.false_alarms FOLDER [SPLITS] [IMAGES...]`` prints alarms by the number of images in an
arm. Whole patients go to an arm. A file is named after its patient, with one letter for the side.
"""

import os
import sys
from pathlib import Path

import django
import numpy as np
import PIL.Image
from scipy.stats import binomtest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")
django.setup()

from readerstudy.imaging.features import features_of, sketch_of  # noqa: E402
from readerstudy.imaging.measuring import Measured  # noqa: E402
from readerstudy.truth.blinding.compare import compare_arms  # noqa: E402


def patient(path: Path) -> str:
    return path.stem[:-1]


def measured(path: Path) -> Measured:
    pixels = np.asarray(PIL.Image.open(path))
    bits = 8 * pixels.dtype.itemsize
    return Measured(
        features=features_of(pixels, bits),
        sketch=sketch_of(pixels, bits),
        group=patient(path),
        facts={"container": "PNG", "bits": bits},
    )


def arms(paths: list[Path], images: int, rng: np.random.Generator) -> tuple[list[Path], list[Path]]:
    """Two arms without a patient in common."""
    patients = sorted({patient(path) for path in paths})
    place = dict(zip(patients, rng.permutation(len(patients)), strict=True))
    shuffled = sorted(paths, key=lambda path: place[patient(path)])
    last = place[patient(shuffled[images - 1])]
    return shuffled[:images], [path for path in shuffled if place[patient(path)] > last][:images]


def main(folder: str, splits: str = "200", *sizes: str) -> None:
    paths = sorted(Path(folder).rglob("*.png"))
    known: dict[Path, Measured] = {}
    for images in map(int, sizes or ("40", "100")):
        alarms = [0, 0]
        for split in range(int(splits)):
            rng = np.random.default_rng([split, images])
            both = arms(paths, images, rng)
            for path in {path for arm in both for path in arm} - known.keys():
                known[path] = measured(path)
            report = compare_arms(*([known[path] for path in arm] for arm in both), seed=split)
            alarms[0] += bool(report.leaks)
            alarms[1] += not report.passed
        interval = binomtest(alarms[1], int(splits)).proportion_ci(method="exact")
        sys.stdout.write(
            f"{images} images an arm: {alarms[1]} of {splits} ({interval.low:.1%} to {interval.high:.1%}), "
            f"{alarms[0]} by a feature\n"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
