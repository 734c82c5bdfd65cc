"""From folders to records: what the commands and the public functions run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generation.devices import usable_device
from generation.errors import DatasetError, RequestError
from generation.evidence.classifier import SMALLEST_PX, Recipe
from generation.evidence.controls import Controls, judge_features
from generation.evidence.extractor import Extractor
from generation.evidence.extractors import NetworkExtractor, domain_extractor, inception_extractor
from generation.evidence.fidelity import Called, Measured, call_grades, measure_joint_spaces
from generation.evidence.images import ImageSet
from generation.evidence.load import SIZE_PX, load_images
from generation.evidence.machine_reader import MachineReader, read_by_machine
from generation.evidence.memorization import Memorization, memorize
from generation.evidence.pairs import write_pairs
from generation.evidence.patches import learn_patches
from generation.evidence.quality import Measured as Metric
from generation.evidence.quality import Plan, measure, measure_by
from generation.evidence.records import claim, write_record
from generation.evidence.utility import BASELINE, Judging, Utility, useful

Progress = Callable[[str, int, int], None]
USUAL_LABEL = "grade"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Distances with their floors, what a machine reader tells apart, and whether labels are shown."""

    metrics: tuple[Metric, ...]
    too_few: tuple[str, ...]
    readers: tuple[MachineReader, ...]
    called: Called | None
    measured: Measured | None
    controls: Controls | None


def evaluate(
    real: Path,
    synthetic: Path,
    out: Path,
    *,
    real_parts: Sequence[str] | None = None,
    inception: Path | None = None,
    features: str = "own",
    conditions: Sequence[str] | None = None,
    label: str | None = None,
    phantoms: bool = False,
    plan: Plan | None = None,
    recipe: Recipe | None = None,
    size_px: int = SIZE_PX,
    cpu: bool = False,
    on_progress: Progress | None = None,
) -> Evaluation:
    """Compare synthetic with real images; writes quality.json, machine_reader.json, fidelity.json into `out`.

    `features` says who looks: "own" learns from the training part of the real images, "domain" is the network
    of the package; `inception` goes before both. Negative controls say whether the features can tell at all.
    Label fidelity needs held-out patients, so it is measured where the real images have a test or
    validation part; without a `label`, by the grade where both sets have one. `phantoms` measures the
    joint space, whose geometry only phantoms keep to.
    """
    plan, tell = plan or Plan(), on_progress or _silent
    _refuse_small(size_px)
    out, device = claim(Path(out)), usable_device(cpu=cpu)
    recipe = replace(recipe, device=str(device)) if recipe else None
    domain = domain_extractor(device=device)
    reals, made = _both(Path(real), Path(synthetic), real_parts, size_px, tell)
    train = _training_part(Path(real), reals, size_px)
    extractor = _extractor(inception, features, train, domain, device, plan.seed)
    # Before what takes minutes: a label that is missing is refused at once, with nothing written.
    shared, label = _shared(reals, made, conditions), _label(label, reals, made)
    told = {"real": real, "synthetic": synthetic, "real_parts": real_parts, "plan": plan}
    inputs = told | _seen(reals, made, extractor, shared)
    quality = _quality(reals, made, train, extractor, plan, shared, tell)
    write_record(out, "quality", inputs, quality)
    readers = read_by_machine(
        reals, made, extractor, recipe=recipe, seed=plan.seed, on_progress=partial(tell, "machine reader")
    )
    write_record(out, "machine_reader", inputs, readers)
    called = _called(Path(real), made, label, recipe, size_px, tell)
    measured = measure_joint_spaces(reals, made) if phantoms else None
    if called or measured:
        write_record(out, "fidelity", inputs, {"called": called, "measured": measured})
    return Evaluation(**quality, readers=readers, called=called, measured=measured)


def _both(
    real: Path, synthetic: Path, real_parts: Sequence[str] | None, size_px: int, tell: Progress
) -> tuple[ImageSet, ImageSet]:
    reals = load_images(
        real, "real", parts=real_parts, size_px=size_px, on_progress=partial(tell, "real images")
    )
    made = load_images(synthetic, "synthetic", size_px=size_px, on_progress=partial(tell, "synthetic images"))
    return reals, made


def _training_part(real: Path, reals: ImageSet, size_px: int) -> ImageSet:
    """What features are learned from and copies are made of: never what is judged, where there are parts."""
    try:
        return load_images(real, "train", parts=("train",), size_px=size_px)
    except DatasetError:
        return reals


def _extractor(
    inception: Path | None,
    features: str,
    train: ImageSet,
    domain: NetworkExtractor,
    device: torch.device,
    seed: int,
) -> Extractor:
    if inception is not None:
        return inception_extractor(inception, device=device)
    if features == "own":
        return learn_patches(train.pixels, seed=seed, device=device)
    if features != "domain":
        raise RequestError(f"unknown features {features!r}: choose own or domain")
    return domain


def memorization(
    train: Path,
    synthetic: Path,
    out: Path,
    *,
    heldout: Path | None = None,
    mirrored: bool = False,
    seed: int = 0,
    size_px: int = SIZE_PX,
    cpu: bool = False,
    on_progress: Progress | None = None,
) -> Memorization:
    """Search the training images for copies; writes memorization.json, pairs.csv and pairs.png into `out`.

    Without `heldout`, the held-out patients are the validation and test parts of `train`.
    """
    _refuse_small(size_px)
    out = claim(Path(out))
    if heldout is None:
        shown = load_images(Path(train), "train", parts=("train",), size_px=size_px)
        others = load_images(Path(train), "held-out", parts=("val", "test"), size_px=size_px)
    else:
        shown = load_images(Path(train), "train", size_px=size_px)
        others = load_images(Path(heldout), "held-out", size_px=size_px)
    made = load_images(Path(synthetic), "synthetic", size_px=size_px)
    extractor = domain_extractor(device=usable_device(cpu=cpu))
    found = memorize(shown, others, made, extractor, mirrored=mirrored, seed=seed, on_progress=on_progress)
    inputs = {"train": train, "heldout": heldout, "synthetic": synthetic, "size_px": size_px, "seed": seed}
    write_pairs(out, found, shown, others, made)
    shortened = {
        **{name: getattr(found, name) for name in ("views", "n_train", "n_heldout", "n_heldout_patients")},
        **{name: getattr(found, name) for name in ("n_synthetic", "mirrored", "suspected", "sentence")},
        "patients": found.patients[:50],
        "highest_ssim": [pair.ssim for pair in found.pairs[:12]],
    }
    write_record(out, "memorization", inputs, shortened)
    return found


def utility(
    real: Path,
    synthetic: Mapping[str, Path],
    out: Path,
    *,
    test: Path | None = None,
    condition: str = "grade",
    recipe: Recipe | None = None,
    judging: Judging | None = None,
    cpu: bool = False,
    on_progress: Progress | None = None,
) -> Utility:
    """Train on real, real + each, and each alone; judge on test patients; writes utility.json into `out`.

    Without `test`, the test patients are the test and validation parts of `real`.
    """
    if not synthetic:
        raise RequestError("Name at least one synthetic set, as NAME=FOLDER.")
    if BASELINE in synthetic:
        raise RequestError(
            f"{BASELINE!r} is the arm of real images alone. Give the synthetic set another name."
        )
    out, judging = claim(Path(out)), judging or Judging()
    recipe = replace(recipe or Recipe(), device=str(usable_device(cpu=cpu)))
    size_px = max(recipe.size_px, SIZE_PX)
    if test is not None:
        train = load_images(Path(real), "real", size_px=size_px)
        asked = load_images(Path(test), "test", size_px=size_px)
    else:
        train, asked = _train_and_test(Path(real), size_px)
    arms: dict[str, list[ImageSet]] = {BASELINE: [train]}
    for name, folder in synthetic.items():
        made = load_images(Path(folder), name, size_px=size_px)
        arms[f"{BASELINE} + {name}"] = [train, made]
        arms[f"{name} only"] = [made]
    found = useful(arms, asked, condition, recipe, judging, on_progress)
    write_record(out, "utility", {"real": real, "test": test, **synthetic}, found)
    return found


def _label(asked: str | None, real: ImageSet, synthetic: ImageSet) -> str | None:
    """The label that was asked for, which both must have; otherwise the usual one where both have it."""
    if asked is not None:
        return _shared(real, synthetic, [asked])[0]
    return USUAL_LABEL if USUAL_LABEL in real.labels and USUAL_LABEL in synthetic.labels else None


def _refuse_small(size_px: int) -> None:
    if size_px < SMALLEST_PX:
        raise RequestError(f"nothing can be measured at {size_px} px: choose {SMALLEST_PX} or more")


def _silent(_what: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def _shared(real: ImageSet, synthetic: ImageSet, conditions: Sequence[str] | None) -> list[str]:
    """The labels that both sets have; those asked for by name have to be among them."""
    if conditions is None:
        return [name for name in synthetic.labels if name in real.labels]
    for name in conditions:
        real.label(name)
        synthetic.label(name)
    return list(conditions)


def _quality(
    real: ImageSet,
    synthetic: ImageSet,
    train: ImageSet,
    extractor: Extractor,
    plan: Plan,
    conditions: Sequence[str],
    tell: Progress,
) -> dict[str, Any]:
    """Distances, labels with too few images, and whether the features can tell at all."""
    ours = synthetic.features(extractor, partial(tell, "features of synthetic images"))
    theirs = real.features(extractor, partial(tell, "features of real images"))
    whole = measure(theirs, ours, plan, on_progress=partial(tell, "metrics"))
    by_condition, too_few = measure_by(theirs, ours, plan, conditions, partial(tell, "metrics by label"))
    metrics = whole + by_condition
    controls = judge_features(
        real, train, extractor, metrics, seed=plan.seed, on_progress=partial(tell, "negative controls")
    )
    return {"metrics": tuple(metrics), "too_few": tuple(too_few), "controls": controls}


def _called(
    real: Path,
    synthetic: ImageSet,
    label: str | None,
    recipe: Recipe | None,
    size_px: int,
    tell: Progress,
) -> Called | None:
    """Label fidelity by a classifier; it needs a recipe, and patients that the classifier was not shown."""
    if label is None or recipe is None:
        return None
    train, test = _train_and_test(real, size_px)
    return call_grades(train, test, synthetic, label, recipe, on_progress=tell)


def _train_and_test(real: Path, size_px: int) -> tuple[ImageSet, ImageSet]:
    train = load_images(real, "train", parts=("train",), size_px=size_px)
    held = load_images(real, "test", parts=("test", "val"), size_px=size_px)
    return train, held


def _seen(real: ImageSet, synthetic: ImageSet, extractor: Extractor, shared: Sequence[str]) -> dict[str, Any]:
    return {
        "extractor": extractor.name,
        "n_real": len(real),
        "n_real_patients": int(real.clusters.max()) + 1,
        "n_synthetic": len(synthetic),
        "size_px": real.pixels.shape[1],
        "labels": {name: sorted(np.unique(synthetic.label(name)).tolist()) for name in shared},
    }
