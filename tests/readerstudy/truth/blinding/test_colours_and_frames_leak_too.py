"""Traces that only colours and frames have are caught by name, and halves of one arm are not told apart."""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from readerstudy.imaging.buffer_features import measure_buffers
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.colour_features import COLOUR_FEATURES
from readerstudy.imaging.features import FEATURE_NAMES, Features
from readerstudy.imaging.frame_features import FRAME_FEATURES
from readerstudy.imaging.measuring import Measured
from readerstudy.truth.blinding.compare import BlindingReport, compare_arms
from tests.readerstudy.imaging.phantoms import coloured, eight_bits, encoded, phantom

ARM, SIDE, COUNT = 40, 96, 8
COLOUR = Canvas(width=SIDE, height=SIDE, bits=8, mode="colour")
STACK = Canvas(width=64, height=64, bits=8, frames=COUNT)
Pixels = NDArray[Any]
Change = Callable[[Pixels], Pixels]


def measured(pixels: Pixels, canvas: Canvas) -> Measured:
    ((values, sketch),) = measure_buffers([(pixels.tobytes(), canvas)])
    colour = COLOUR_FEATURES if canvas.mode == "colour" else ()
    assert tuple(values) == (*FEATURE_NAMES, *colour, *(FRAME_FEATURES if canvas.frames > 1 else ()))
    more = {name: value for name, value in values.items() if name not in FEATURE_NAMES}
    return Measured(features=Features.from_dict(values), sketch=sketch, more=more)


@cache
def plain(number: int) -> Measured:
    return measured(coloured(number, side=SIDE), COLOUR)


@cache
def stack(number: int) -> Pixels:
    """Slices that change slowly, with noise of their own."""
    rng = np.random.default_rng(number)
    start, end = phantom(number, noise=0), phantom(number + 1000, noise=0)
    mixed = [start * (1 - at / COUNT) + end * at / COUNT for at in range(COUNT)]
    noisy = np.stack(mixed) + rng.normal(0, 0.02, (COUNT, 64, 64))
    return eight_bits(np.clip(noisy, 0.02, 0.98))


@cache
def plain_stack(number: int) -> Measured:
    return measured(stack(number), STACK)


def leaks_of(report: BlindingReport) -> set[str]:
    assert not report.passed
    assert all(leak.words.remedy in leak.sentence for leak in report.leaks)
    return {leak.name for leak in report.leaks}


# --- Colour -------------------------------------------------------------------------------------------


def jpeg(quality: int, subsampling: int) -> Change:
    def change(pixels: Pixels) -> Pixels:
        data = encoded(pixels, "JPEG", quality=quality, subsampling=subsampling)
        return np.asarray(PIL.Image.open(BytesIO(data)))

    return change


def subsampled(pixels: Pixels) -> Pixels:
    """Chroma at half the size, as a video has it, without any block."""
    ycc = PIL.Image.fromarray(pixels).convert("YCbCr")
    luma, *chroma = ycc.split()
    half = [plane.resize((SIDE // 2, SIDE // 2), PIL.Image.Resampling.BOX) for plane in chroma]
    back = [plane.resize((SIDE, SIDE), PIL.Image.Resampling.NEAREST) for plane in half]
    return np.asarray(PIL.Image.merge("YCbCr", (luma, *back)).convert("RGB"))


def scaled(red: float = 1.0, blue: float = 1.0) -> Change:
    def change(pixels: Pixels) -> Pixels:
        changed: Pixels = np.clip(np.rint(pixels * np.array([red, 1.0, blue])), 0, 255).astype(np.uint8)
        return changed

    return change


def paler(pixels: Pixels) -> Pixels:
    grey = pixels.mean(axis=2, keepdims=True)
    changed: Pixels = np.rint(grey + (pixels - grey) * 0.7).astype(np.uint8)
    return changed


def combed_blue(pixels: Pixels) -> Pixels:
    changed = pixels.copy()
    changed[..., 2] = np.rint(np.rint(changed[..., 2] / 1.3) * 1.3)
    return changed


def one_noise(pixels: Pixels) -> Pixels:
    """The same noise in all channels, as a generator that works on brightness leaves it."""
    smooth = np.asarray(
        PIL.Image.fromarray(pixels).resize((24, 24), PIL.Image.Resampling.BOX).resize((SIDE, SIDE))
    )
    noise = np.random.default_rng(int(pixels.sum())).normal(0, 5, (SIDE, SIDE, 1))
    return np.clip(np.rint(smooth + noise), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (jpeg(90, 0), {"chroma_comb"}),
        (subsampled, {"chroma_detail", "chroma_pairs"}),
        (scaled(red=1.12), {"balance_red"}),
        (scaled(blue=0.85), {"balance_blue"}),
        (paler, {"saturation", "colour_noise"}),
        (combed_blue, {"channel_comb", "channel_distinct"}),
        (one_noise, {"noise_link"}),
    ],
)
def test_a_trace_in_the_colours_of_one_arm_fails_the_gate_by_name(change: Change, names: set[str]) -> None:
    real = [plain(number) for number in range(ARM)]
    synthetic = [measured(change(coloured(number, side=SIDE)), COLOUR) for number in range(ARM, 2 * ARM)]
    assert names <= leaks_of(compare_arms(real, synthetic, seed=1))


def test_the_quality_of_jpegs_is_shown_among_the_originals() -> None:
    def with_facts(number: int, quantisation: float) -> Measured:
        facts = {"container": "JPEG", "quantisation": quantisation, "subsampling": 4.0}
        one = plain(number)
        return Measured(features=one.features, sketch=one.sketch, more=one.more, facts=facts)

    report = compare_arms(
        [with_facts(number, 3.0) for number in range(ARM)],
        [with_facts(number, 9.0) for number in range(ARM, 2 * ARM)],
        seed=1,
    )
    shown = {fact.name: fact.verdict for fact in report.originals}
    assert shown["quantisation"] == "look"
    assert "frames" not in shown
    assert report.passed  # readers cannot see it


# --- Frames -------------------------------------------------------------------------------------------


def blended(frames: Pixels) -> Pixels:
    wide = frames.astype(np.float64)
    return np.rint((wide + np.roll(wide, 1, axis=0)) / 2).astype(np.uint8)


def repeated(frames: Pixels) -> Pixels:
    return frames[[0, 1, 2, 2, 4, 5, 6, 7]]


def flickering(frames: Pixels) -> Pixels:
    gain = 1 + 0.04 * (-1.0) ** np.arange(COUNT)[:, None, None]
    changed: Pixels = np.clip(np.rint(frames * gain), 0, 255).astype(np.uint8)
    return changed


def every_other(frames: Pixels) -> Pixels:
    return np.concatenate([frames[::2], frames[::2][::-1]])


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (blended, {"frame_noise_link"}),
        (repeated, {"frame_repeats"}),
        (flickering, {"frame_flicker"}),
        (every_other, {"frame_repeats"}),
    ],
)
def test_a_trace_in_the_frames_of_one_arm_fails_the_gate_by_name(change: Change, names: set[str]) -> None:
    real = [plain_stack(number) for number in range(ARM)]
    synthetic = [measured(change(stack(number)), STACK) for number in range(ARM, 2 * ARM)]
    assert names <= leaks_of(compare_arms(real, synthetic, seed=1))


# --- False alarms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["colour", "stack"])
def test_halves_of_one_arm_raise_few_alarms(kind: str) -> None:
    """One of twenty at most, as for grey stills: of 60 audits, 8 have a probability of 0.01."""
    make = plain if kind == "colour" else plain_stack
    everybody = [make(number) for number in range(2 * ARM)]
    alarms = sum(not compare_arms(*halves(everybody, seed), seed=seed).passed for seed in range(60))
    assert alarms < 8


def halves(everybody: Sequence[Measured], seed: int) -> tuple[list[Measured], list[Measured]]:
    order = np.random.default_rng(seed).permutation(len(everybody))
    return [everybody[at] for at in order[:ARM]], [everybody[at] for at in order[ARM:]]


def test_every_feature_has_words() -> None:
    from readerstudy.truth.blinding.words import DELIVERED

    assert set(DELIVERED) == {*FEATURE_NAMES, *COLOUR_FEATURES, *FRAME_FEATURES}
