"""What docs/generation.md shows of the bundled checkpoint: its numbers as Markdown, its two figures as PNG.

    python -m tests.bench.show_checkpoint --films FILMS --out docs/figures [--checkpoint FILE] [--count 200]

FILMS are the phantoms it was trained on. Fresh phantoms stand beside the samples; the work stays in a folder
named --work, if one is given, and is gone on with.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation import SampleRequest, bundled_checkpoint, evaluate, memorization, sample
from generation.evidence.classifier import Recipe
from generation.evidence.fidelity import call_grades
from generation.evidence.images import ImageSet
from generation.evidence.load import load_images
from generation.phantoms import GRADES
from generation.phantoms.write import write_phantoms
from generation.training.appraisal import radial_power

SIZE_PX = 128
SHOWN = 5
CLOSEST = 10
#: Where trabeculae lie: 20 to 40 cycles an image, in a list that begins with 1.
TEXTURE = slice(19, 40)
GAP_PX = 12


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def log_power(images: ImageSet) -> float:
    """Mean log10 power of the texture, of films on 0 to 1."""
    power = radial_power(images.pixels[:, None].astype(np.float32) / 255)
    return float(np.log10(power[TEXTURE]).mean())


def by_grade(images: ImageSet) -> NDArray[np.uint8]:
    """A sheet of the first films of each grade, a row a grade."""
    grades = images.label("grade").astype(int)
    rows = [np.concatenate(images.pixels[grades == grade][:SHOWN], axis=1) for grade in GRADES]
    return np.concatenate(rows)


def gap(sheet: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.full((len(sheet), GAP_PX), 255, np.uint8)


def grades_called(films: Path, samples: ImageSet) -> None:
    """Is the asked grade seen by networks that learned it from the training phantoms alone?"""
    train, held = (
        load_images(films, name, parts=parts, size_px=SIZE_PX)
        for name, parts in (("train", ("train",)), ("held-out phantoms", ("val", "test")))
    )
    called = call_grades(train, held, samples, "grade", Recipe())
    for seen in (called.synthetic, called.heldout):
        say(
            f"grade called on {seen.n} {seen.of}: quadratic kappa {seen.quadratic_kappa.text(2)}, "
            f"balanced accuracy {seen.balanced_accuracy.text(2)}"
        )
        for row in seen.table:
            say("  " + " ".join(f"{count:4d}" for count in row))


def nearest(work: Path, samples: ImageSet, films: ImageSet) -> NDArray[np.uint8]:
    """The closest samples above the training phantoms they are closest to."""
    lines = (work / "evidence" / "pairs.csv").read_text(encoding="utf-8").splitlines()[1 : CLOSEST + 1]
    above, below = zip(*(line.split(",")[:2] for line in lines), strict=True)
    return np.concatenate([_row(samples, above), _row(films, below)])


def _row(images: ImageSet, names: Sequence[str]) -> NDArray[np.uint8]:
    where = {name: number for number, name in enumerate(images.names)}
    return np.concatenate([images.pixels[where[name]] for name in names], axis=1)


def show(films: Path, checkpoint: Path, out: Path, work: Path, count: int) -> None:
    made, fresh = work / "samples", work / "fresh"
    sample(SampleRequest(count=count, out=made, checkpoint=checkpoint, seed=1, format="png8"))
    if not fresh.exists():
        write_phantoms(fresh, kind="knee", count=2 * count, size=SIZE_PX, seed=99)
    found = evaluate(fresh, made, work / "evidence", label=None, size_px=SIZE_PX)
    for metric in found.metrics:
        if metric.group == "all":
            say(f"{metric.name} at {metric.n}: {metric.value.text(2)}, floor {metric.floor.text(2)}")
    for reader in found.readers:
        say(f"machine reader by {reader.name}: AUC {reader.auc.text()}")
    copies = memorization(films, made, work / "evidence", size_px=SIZE_PX)
    for view in copies.views:
        say(
            f"nearest training film by {view.name}: ratio {view.ratio:.2f}, closest tail {view.tail_count} "
            f"where {view.tail_expected:.0f} are expected, p {view.tail_p_holm:.2f}"
        )
    samples = load_images(made, "samples", size_px=SIZE_PX)
    grades_called(films, samples)
    phantoms, trained = (
        load_images(fresh, "phantoms", size_px=SIZE_PX),
        load_images(films, "films", size_px=SIZE_PX),
    )
    say(f"log10 power of texture: {log_power(samples):.2f}, phantoms {log_power(phantoms):.2f}")
    left, right = by_grade(phantoms), by_grade(samples)
    both = np.concatenate([left, gap(left), right], axis=1)
    Image.fromarray(both).save(out / "phantoms-and-samples.png", optimize=True)
    Image.fromarray(nearest(work, samples, trained)).save(
        out / "nearest-training-phantoms.png", optimize=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="numbers and figures of the bundled checkpoint")
    parser.add_argument("--films", type=Path, required=True, help="the phantoms it was trained on")
    parser.add_argument("--checkpoint", type=Path, default=bundled_checkpoint())
    parser.add_argument("--out", type=Path, required=True, help="where the two figures go")
    parser.add_argument("--work", type=Path, help="keep samples and evidence here")
    parser.add_argument("--count", type=int, default=200)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        show(given.films, given.checkpoint, given.out, given.work or Path(folder), given.count)


if __name__ == "__main__":
    main()
