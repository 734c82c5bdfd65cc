"""Every trace that has ever given an arm away is caught by name, and nothing is made of chance."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.features import features_of, sketch_of
from readerstudy.imaging.measuring import Measured
from readerstudy.imaging.normalise import Buffer, prepare
from readerstudy.truth.blinding.compare import BlindingReport, compare_arms
from readerstudy.truth.errors import TooFewImages
from tests.readerstudy.imaging.phantoms import eight_bits, encoded, phantom, prepared, sixteen_bits

ARM = 40
SIDE = 96
Pixels = NDArray[Any]
Change = Callable[[Pixels], Pixels]


def measured(number: int, pixels: Pixels, group: str = "", **facts: Any) -> Measured:
    bits = pixels.dtype.itemsize * 8
    return Measured(
        features=features_of(pixels, bits),
        sketch=sketch_of(pixels, bits),
        group=group,
        facts={"container": "PNG", "bits": bits, **facts},
    )


@cache
def picture(number: int) -> NDArray[np.float64]:
    return phantom(number, height=SIDE, width=SIDE)


@cache
def plain(number: int) -> Measured:
    return measured(number, eight_bits(picture(number)))


def changed(change: Change) -> list[Measured]:
    return [measured(number, change(eight_bits(picture(number)))) for number in range(ARM, 2 * ARM)]


def audit(synthetic: list[Measured]) -> BlindingReport:
    return compare_arms([plain(number) for number in range(ARM)], synthetic, seed=1)


def through_jpeg(pixels: Pixels) -> Pixels:
    return np.asarray(PIL.Image.open(BytesIO(encoded(pixels, "JPEG", quality=90))))


def resampled(pixels: Pixels) -> Pixels:
    small = PIL.Image.fromarray(pixels).resize((70, 70), PIL.Image.Resampling.BICUBIC)
    return np.asarray(small.resize((SIDE, SIDE), PIL.Image.Resampling.BICUBIC))


def bordered(pixels: Pixels) -> Pixels:
    pixels = pixels.copy()
    pixels[:, :3] = pixels[:, -3:] = 5
    return pixels


def marked(pixels: Pixels) -> Pixels:
    pixels = pixels.copy()
    pixels[4:12, 4:6] = pixels[10:12, 4:9] = 245
    return pixels


def letter(grey: float, blur: float = 0) -> Change:
    """A side marker of that grey in one corner, drawn over the picture."""

    def mark(pixels: Pixels) -> Pixels:
        strokes = np.zeros(pixels.shape)
        strokes[4:12, 4:6] = strokes[10:12, 4:10] = 1.0
        drawn = pixels + grey * (gaussian_filter(strokes, blur) if blur else strokes)
        return np.clip(np.rint(drawn), 1, 254).astype(np.uint8)

    return mark


def noisier(pixels: Pixels) -> Pixels:
    noise = np.random.default_rng(int(pixels.sum())).normal(0, 3, pixels.shape)
    return np.clip(np.rint(pixels + noise), 1, 254).astype(np.uint8)


def combed(pixels: Pixels) -> Pixels:
    return np.rint(np.rint(pixels / 1.3) * 1.3).astype(np.uint8)


def smaller(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:-8])


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (through_jpeg, {"dct_comb"}),
        (bordered, {"border_columns"}),
        (marked, {"corner_marks"}),
        (resampled, {"top_band", "noise_correlation"}),
        (noisier, {"noise", "noise_quiet"}),
        (combed, {"comb", "distinct"}),
        (smaller, {"height"}),
    ],
)
def test_a_trace_in_one_arm_fails_the_gate_by_name(change: Change, names: set[str]) -> None:
    report = audit(changed(change))
    assert not report.passed
    leaks = {leak.name for leak in report.leaks}
    assert names <= leaks
    assert report.classifier.auc.low > 0.5
    for leak in report.leaks:
        assert leak.words.remedy in leak.sentence


@pytest.mark.parametrize("grey", [200, 60, 30, -60])
def test_markers_in_a_corner_of_half_of_one_arm_are_found(grey: float) -> None:
    """Bright, dim or dark: half of the images without one must not hide the others."""
    half = changed(letter(grey))[: ARM // 2]
    report = audit([*half, *(plain(number) for number in range(ARM + ARM // 2, 2 * ARM))])
    assert not report.passed
    assert "corner_marks" in {leak.name for leak in report.leaks}


@pytest.mark.parametrize(
    ("grey", "blur"), [(20, 0), (12, 0), (30, 1), (60, 2), (-60, 2), (200, 3), (100, 4)], ids=str
)
def test_markers_that_are_dim_or_soft_are_found(grey: float, blur: float) -> None:
    """No edge is sharper than those of the picture; an eye that knows where to look sees them."""
    report = audit(changed(letter(grey, blur)))
    assert not report.passed
    assert "corner_spots" in {leak.name for leak in report.leaks}


@pytest.mark.parametrize(("grey", "blur"), [(20, 0), (60, 2), (200, 3)], ids=str)
def test_dim_or_soft_markers_of_half_of_one_arm_are_found(grey: float, blur: float) -> None:
    half = changed(letter(grey, blur))[: ARM // 2]
    report = audit([*half, *(plain(number) for number in range(ARM + ARM // 2, 2 * ARM))])
    assert "corner_spots" in {leak.name for leak in report.leaks}


def test_arms_without_a_trace_pass() -> None:
    report = audit([plain(number) for number in range(ARM, 2 * ARM)])
    assert report.passed
    assert "No difference in format was found between 40 real and 40 synthetic images" in report.sentence
    assert {feature.verdict for feature in report.features} <= {"no difference found", "look"}


def test_eight_bits_against_twelve_are_caught_where_they_were_only_widened() -> None:
    deep = [measured(number, sixteen_bits(picture(number)) >> 4 << 4) for number in range(ARM)]
    shallow = [
        measured(number, eight_bits(picture(number)).astype(np.uint16) * 257)
        for number in range(ARM, 2 * ARM)
    ]
    leaks = {leak.name for leak in compare_arms(deep, shallow, seed=1).leaks}
    assert {"comb", "distinct"} <= leaks


def test_eight_bits_against_twelve_pass_after_the_pipeline_and_are_still_shown() -> None:
    canvas = Canvas(width=SIDE, height=SIDE, bits=16)

    def through(number: int, pixels: Pixels) -> Measured:
        data = encoded(pixels)
        buffer = prepare(data, "a.png", canvas)
        assert isinstance(buffer, Buffer)
        return replace(measured(number, prepared(data, "a.png", canvas)), facts=buffer.facts)

    twelve = [through(n, np.rint(picture(n) * 4095).astype(np.uint16)) for n in range(ARM)]
    eight = [through(n, eight_bits(picture(n))) for n in range(ARM, 2 * ARM)]
    report = compare_arms(twelve, eight, seed=1)
    assert report.passed
    verdicts = {fact.name: fact.verdict for fact in report.originals}
    assert verdicts["bits"] == verdicts["step"] == "look"


def test_facts_of_the_originals_are_shown_and_do_not_gate() -> None:
    synthetic = [
        measured(n, eight_bits(picture(n)), container="JPEG", lossy=True) for n in range(ARM, 2 * ARM)
    ]
    report = audit(synthetic)
    verdicts = {fact.name: fact.verdict for fact in report.originals}
    assert verdicts["lossy"] == verdicts["stored as JPEG"] == "look"
    assert verdicts["width"] == "no difference found"
    assert report.passed


def test_content_is_machine_detectability_and_does_not_gate() -> None:
    mirrored = [measured(n, eight_bits(_tilted(picture(n)))) for n in range(ARM, 2 * ARM)]
    report = audit(mirrored)
    assert report.detectability.auc.low > 0.7
    assert report.detectability.p < 0.01
    assert report.passed


def _tilted(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Another anatomy in the same format: the shaft lies across."""
    return np.ascontiguousarray(pixels.T)


def test_two_halves_of_one_arm_raise_a_false_alarm_in_at_most_one_of_twenty_audits() -> None:
    """200 splits of the same 80 images."""
    pool = [plain(number) for number in range(2 * ARM)]
    alarms = 0
    for split in range(200):
        order = np.random.default_rng(split).permutation(len(pool))
        halves = [[pool[at] for at in half] for half in (order[:ARM], order[ARM:])]
        alarms += not compare_arms(*halves, seed=split).passed
    assert alarms <= 10


def test_images_of_one_patient_do_not_count_as_independent() -> None:
    """Four views of each of ten patients: what differs between patients is no difference between arms."""
    rng = np.random.default_rng(3)
    levels = rng.normal(0, 1, 20)

    def arm(first: int) -> list[Measured]:
        return [
            replace(
                plain(n),
                group=f"P{n // 4}",
                features=replace(plain(n).features, noise=float(levels[n // 4] + rng.normal(0, 0.01))),
            )
            for n in range(first, first + ARM)
        ]

    real, synthetic = arm(0), arm(ARM)
    grouped = compare_arms(real, synthetic, seed=1)
    loose = compare_arms(
        [replace(each, group="") for each in real], [replace(each, group="") for each in synthetic], seed=1
    )
    p = {
        name: {f.name: f.p for f in report.features}["noise"]
        for name, report in (("g", grouped), ("l", loose))
    }
    width = [
        next(f.auc.high - f.auc.low for f in report.features if f.name == "noise")
        for report in (grouped, loose)
    ]
    assert p["g"] > p["l"]
    assert width[0] > 1.5 * width[1]


def test_the_same_seed_gives_the_same_report() -> None:
    synthetic = changed(noisier)
    assert audit(synthetic).as_dict() == audit(synthetic).as_dict()


def test_the_report_is_plain_data_with_histograms_of_both_arms() -> None:
    report = json.loads(json.dumps(audit(changed(combed)).as_dict()))
    comb = next(feature for feature in report["features"] if feature["name"] == "comb")
    assert comb["verdict"] == "leak"
    assert set(comb["auc"]) == {"estimate", "low", "high", "level", "method"}
    histogram = comb["histogram"]
    assert sum(histogram["real"]) == sum(histogram["synthetic"]) == ARM
    assert len(histogram["edges"]) == len(histogram["real"]) + 1


def test_too_few_images_are_refused() -> None:
    with pytest.raises(TooFewImages, match="There are 4 real and 40 synthetic images"):
        compare_arms([plain(n) for n in range(4)], [plain(n) for n in range(ARM)], seed=1)
