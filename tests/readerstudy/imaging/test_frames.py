"""Images of several frames: every container comes out as the same frames, in one order and shown alike."""

import gzip
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import OneFrame, OtherFrames, Refusal, SeveralFrames
from readerstudy.imaging.films import chosen_frames
from readerstudy.imaging.normalise import Buffer, prepare
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import (
    SQUARE,
    coloured,
    dicom,
    dicom_bytes,
    eight_bits,
    encoded,
    phantom,
    sixteen_bits,
    write,
)

COUNT = 6
FRAMES = np.stack([eight_bits(phantom(seed)) for seed in range(COUNT)])
DEEP_FRAMES = np.stack([sixteen_bits(phantom(seed)) for seed in range(COUNT)])
STACK = Canvas(width=64, height=64, bits=8, frames=COUNT)
DEEP = Canvas(width=64, height=64, bits=16, frames=COUNT)
COLOUR = Canvas(width=64, height=64, bits=8, frames=COUNT, mode="colour")


def buffer(data: bytes, name: str, canvas: Canvas = STACK) -> Buffer:
    outcome = prepare(data, name, canvas)
    assert isinstance(outcome, Buffer), outcome
    return outcome


def frames(data: bytes, name: str, canvas: Canvas = STACK) -> NDArray[Any]:
    return np.frombuffer(buffer(data, name, canvas).pixels, canvas.dtype).reshape(canvas.shape)


def pages(kind: str, pictures: NDArray[Any] = FRAMES, /, **options: Any) -> bytes:
    first, *others = (PIL.Image.fromarray(picture) for picture in pictures)
    out = BytesIO()
    first.save(out, format=kind, save_all=True, append_images=others, **options)
    return out.getvalue()


# --- Containers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "a.tif"), ("PNG", "a.png"), ("GIF", "a.gif")])
def test_pages_and_animations_keep_every_value(kind: str, name: str) -> None:
    options: dict[str, Any] = {"GIF": {"duration": 40, "disposal": 1}, "PNG": {"duration": 40}}.get(kind, {})
    assert np.array_equal(frames(pages(kind, **options), name), FRAMES)


def test_sixteen_bits_keep_every_value() -> None:
    assert np.array_equal(frames(pages("TIFF", DEEP_FRAMES), "a.tif", DEEP), DEEP_FRAMES)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_coloured_animations_keep_every_value(kind: str) -> None:
    pictures = np.stack([coloured(seed) for seed in range(COUNT)])
    options = {"lossless": True, "duration": 40} if kind == "WEBP" else {}
    assert np.array_equal(frames(pages(kind, pictures, **options), f"a.{kind.lower()}", COLOUR), pictures)


def test_an_animation_says_how_fast_it_ran() -> None:
    facts = buffer(pages("GIF", duration=50, disposal=1), "a.gif").facts
    assert (facts["container"], facts["frames"], facts["rate"]) == ("GIF", COUNT, 20.0)


def test_a_still_study_refuses_films_and_a_study_of_films_stills() -> None:
    assert isinstance(prepare(pages("TIFF"), "a.tif", SQUARE), SeveralFrames)
    assert "set frames in [canvas]" in str(prepare(pages("TIFF"), "a.tif", SQUARE))
    assert isinstance(prepare(encoded(FRAMES[0]), "a.png", STACK), OneFrame)


# --- The number of frames -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "rule", "chosen"),
    [
        (4, "refuse", [0, 1, 2, 3]),
        (10, "crop", [3, 4, 5, 6]),
        (8, "resample", [1, 3, 5, 7]),
        (2, "resample", [0, 0, 1, 1]),
    ],
)
def test_another_number_of_frames_follows_the_one_rule(count: int, rule: Any, chosen: list[int]) -> None:
    canvas = Canvas(width=64, height=64, bits=8, frames=4, frame_fit=rule)
    assert chosen_frames(count, canvas) == chosen


@pytest.mark.parametrize(("count", "rule"), [(5, "refuse"), (3, "crop")])
def test_what_the_rule_cannot_bring_to_the_canvas_is_refused(count: int, rule: Any) -> None:
    with pytest.raises(OtherFrames, match=f"{count} frames, the canvas 4"):
        chosen_frames(count, Canvas(width=64, height=64, bits=8, frames=4, frame_fit=rule))


def test_frames_are_taken_and_never_blended() -> None:
    canvas = Canvas(width=64, height=64, bits=8, frames=3, frame_fit="resample")
    assert np.array_equal(frames(pages("TIFF"), "a.tif", canvas), FRAMES[[1, 3, 5]])


# --- DICOM --------------------------------------------------------------------------------------------


def multiframe(pictures: NDArray[Any], **tags: Any) -> Dataset:
    return dicom(pictures[0], NumberOfFrames=len(pictures), PixelData=pictures.tobytes(), **tags)


def test_a_multi_frame_file_keeps_its_order() -> None:
    found = buffer(dicom_bytes(multiframe(FRAMES, CineRate=25)), "a.dcm")
    assert found.pixels == FRAMES.tobytes()
    assert (found.patient, found.facts["rate"]) == ("CANARY-4711", 25.0)


def test_a_compressed_multi_frame_file_is_unpacked() -> None:
    packed = multiframe(DEEP_FRAMES)
    packed.compress(RLELossless)
    assert np.array_equal(frames(dicom_bytes(packed), "a.dcm", DEEP), DEEP_FRAMES)


def ct(number: int, *, series: str = "1.2.3", step_mm: float = 2.0, **tags: Any) -> bytes:
    """An axial slice whose pixels are the frame of its number, counted from the head."""
    values = DEEP_FRAMES[number].astype(np.int32) // 32 - 1024
    return dicom_bytes(
        dicom(
            values.astype(np.int16),
            **{
                "SeriesInstanceUID": series,
                "SeriesNumber": 4,
                "InstanceNumber": number + 1,
                "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                "ImagePositionPatient": [0, 0, -step_mm * number],
                "PixelSpacing": [0.7, 0.7],
                "RescaleSlope": 1,
                "RescaleIntercept": 0,
                "WindowCenter": 0,
                "WindowWidth": 2048,
                **tags,
            },
        )
    )


def test_the_slices_of_a_series_are_ordered_by_their_place_and_named_after_their_folder(
    run: Run, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    for case in ("a", "b"):
        for number in rng.permutation(COUNT):
            write(tmp_path, f"in/{case}/{rng.integers(10**9)}.dcm", ct(number, series=f"1.2.{ord(case)}"))
    imported, refused = run(tmp_path / "in", canvas=DEEP)
    assert refused == {}
    assert [each.file for each in imported] == ["a", "b"]
    assert imported[1].duplicate_of == "a"
    expected = np.clip((DEEP_FRAMES.astype(int) // 32 - 1024 + 0.5) / 2047 + 0.5, 0, 1)
    from readerstudy.imaging import delivery

    found = delivery.array(imported[0].image)
    assert found.shape == DEEP.shape
    assert np.abs(found / 65535 - expected).max() < 0.001  # spread over the greys between levels
    assert imported[0].facts["spacing"] == 0.7


def test_slices_are_shown_alike_whichever_way_they_were_stored(run: Run, tmp_path: Path) -> None:
    from readerstudy.imaging import delivery

    for number in range(COUNT):
        write(tmp_path, f"plain/{number}.dcm", ct(number))
        turned = np.ascontiguousarray(DEEP_FRAMES[number][:, ::-1].T).astype(np.int32) // 32 - 1024
        tags: dict[str, Any] = {
            "ImageOrientationPatient": [0, 1, 0, -1, 0, 0],
            "ImagePositionPatient": [63, 0, -2.0 * number],
        }
        write(
            tmp_path,
            f"turned/{9 - number}.dcm",
            ct(number, series="1.9", PixelData=turned.astype(np.int16).tobytes(), **tags),
        )
    imported, refused = run(tmp_path / "plain", tmp_path / "turned", canvas=DEEP)
    assert refused == {}
    first, second = (delivery.array(each.image).astype(int) for each in imported)
    assert np.abs(first - second).max() <= 32  # noise within one level is drawn from the pixels


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({3: None}, "a slice is missing"),
        ({3: {"ImagePositionPatient": [0, 0, -4.0]}}, "lie in the same place"),
        ({3: {"ImageOrientationPatient": [1, 0, 0, 0, 0.8, 0.6]}}, "do not lie parallel"),
        ({3: {"ImagePositionPatient": None}}, "do not say where they lie"),
    ],
)
def test_a_broken_series_is_refused_with_what_is_wrong(
    change: dict[int, Any], words: str, run: Run, tmp_path: Path
) -> None:
    for number in range(COUNT):
        tags = change.get(number, {})
        if tags is not None:
            write(tmp_path, f"in/a/{number}.dcm", ct(number, **tags))
    imported, refused = run(tmp_path / "in", canvas=DEEP)
    assert imported == []
    assert words in refused["a"]


def test_a_slice_alone_is_refused_by_the_name_of_its_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "in/a/lone.dcm", ct(0))
    _, refused = run(tmp_path / "in", canvas=DEEP)
    assert "holds one frame" in refused["a/lone.dcm"]


def test_several_series_of_one_folder_are_told_apart_by_their_numbers(run: Run, tmp_path: Path) -> None:
    for number in range(COUNT):
        write(tmp_path, f"in/a/x{number}.dcm", ct(number, series="1.1", SeriesNumber=2))
        write(tmp_path, f"in/a/y{number}.dcm", ct(COUNT - 1 - number, series="1.2", SeriesNumber=3))
    imported, _ = run(tmp_path / "in", canvas=DEEP)
    assert [each.file for each in imported] == ["a/series-2", "a/series-3"]


def test_slices_with_rescale_values_of_their_own_are_brought_to_one(run: Run, tmp_path: Path) -> None:
    from readerstudy.imaging import delivery

    for number in range(COUNT):
        values = (DEEP_FRAMES[number] // 64).astype(np.int16)
        slope = 2.0 if number == 1 else 1.0
        data = values if slope == 1 else values // 2
        write(
            tmp_path,
            f"in/{number}.dcm",
            ct(number, PixelData=data.tobytes(), RescaleSlope=slope, WindowCenter=512, WindowWidth=1024),
        )
    imported, refused = run(tmp_path / "in", canvas=STACK)
    assert refused == {}
    found = delivery.array(imported[0].image).astype(int)
    assert abs(found[1].mean() - (DEEP_FRAMES[1] // 64 / 1023 * 255).mean()) < 1


# --- Numbered stills ----------------------------------------------------------------------------------


def test_the_stills_of_a_folder_are_frames_by_their_numbers(run: Run, tmp_path: Path) -> None:
    from readerstudy.imaging import delivery

    for number in range(COUNT):
        write(tmp_path, f"in/case/frame {number + 7}.png", encoded(FRAMES[number]))
    write(tmp_path, "in/manifest.csv", b"file,patient,grade\ncase,P1,2\n")
    imported, refused = run(tmp_path / "in", canvas=STACK)
    assert refused == {}
    assert (imported[0].file, imported[0].labels) == ("case", {"grade": "2"})
    assert np.array_equal(delivery.array(imported[0].image), FRAMES)
    again, _ = run(
        tmp_path / "in", canvas=STACK, seen=lambda tokens: {imported[0].fingerprint: imported[0].image}
    )
    assert again[0].was_seen


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["1.png", "2.png", "4.png"], "Between frames 2 and 4 one is missing"),
        (["1.png", "cover.png"], "cover.png has none"),
        (["a1.png", "b1.png"], "have one number"),
    ],
)
def test_stills_without_an_order_are_refused(names: list[str], words: str, run: Run, tmp_path: Path) -> None:
    for number, name in enumerate(names):
        write(tmp_path, f"in/case/{name}", encoded(FRAMES[number]))
    _, refused = run(tmp_path / "in", canvas=STACK)
    assert words in refused["case"]


def test_stills_of_other_sizes_are_refused(run: Run, tmp_path: Path) -> None:
    for number in range(COUNT):
        side = 64 if number != 4 else 72
        write(
            tmp_path, f"in/case/{number}.png", encoded(eight_bits(phantom(number, height=side, width=side)))
        )
    _, refused = run(tmp_path / "in", canvas=STACK)
    assert "another size or depth" in refused["case"]


# --- NIfTI --------------------------------------------------------------------------------------------


def nifti(volume: NDArray[Any], *, code: int = 512, rows: Any = None) -> bytes:
    """A NIfTI-1 file; `volume` counts frames, rows and columns."""
    header = np.zeros(352, np.uint8)

    def put(at: int, kind: str, *values: float) -> None:
        data = np.array(values, dtype=kind).tobytes()
        header[at : at + len(data)] = np.frombuffer(data, np.uint8)

    count, height, width = volume.shape[:3]
    put(0, "<i4", 348)
    put(40, "<i2", 3, width, height, count, 1, 1, 1, 1)
    put(70, "<i2", code, 16)
    put(76, "<f4", 1, 0.5, 0.6, 3.0)
    put(108, "<f4", 352, 1, 0)
    if rows is not None:
        put(254, "<i2", 1)
        put(280, "<f4", *rows)
    header[344:348] = np.frombuffer(b"n+1\0", np.uint8)
    return header.tobytes() + volume.tobytes()


#: As nibabel writes an axial volume: x to the right, y to the front, z to the head.
RAS = (0.5, 0, 0, 0, 0, 0.6, 0, 0, 0, 0, 3.0, 0)


def as_ras(stack: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(stack[::-1, ::-1, ::-1])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_nifti_volume_is_shown_as_the_series_it_was_made_of(pack: Any) -> None:
    found = frames(
        pack(nifti(as_ras(DEEP_FRAMES), rows=RAS)), "a.nii.gz" if pack is gzip.compress else "a.nii", DEEP
    )
    low, high = int(DEEP_FRAMES.min()), int(DEEP_FRAMES.max())
    assert np.abs(found.astype(int) - np.rint((DEEP_FRAMES - low) / (high - low) * 65535)).max() <= 1


def test_a_nifti_volume_of_real_numbers_is_read() -> None:
    data = nifti(as_ras(DEEP_FRAMES / 65535 * 3 - 1).astype("<f4"), code=16, rows=RAS)
    assert np.corrcoef(frames(data, "a.nii", DEEP).ravel(), DEEP_FRAMES.ravel())[0, 1] > 0.9999
    assert buffer(data, "a.nii", DEEP).facts["spacing"] == 0.6


def test_a_nifti_file_without_directions_keeps_its_order() -> None:
    found = frames(nifti(DEEP_FRAMES), "a.nii", DEEP)
    assert np.corrcoef(found.ravel(), DEEP_FRAMES.ravel())[0, 1] > 0.9999


# --- Video --------------------------------------------------------------------------------------------


def film(
    pictures: NDArray[Any],
    kind: str = "mp4",
    codec: str = "mpeg4",
    rate: int = 20,
    starts: Sequence[int] = (),
) -> bytes:
    """A video whose frames begin at these twentieths of a second, or one after the other."""
    import av

    out = BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = pictures.shape[1:3]
        stream.pix_fmt, stream.bit_rate = "yuvj420p" if codec == "mjpeg" else "yuv420p", 8_000_000
        for number, picture in enumerate(pictures):
            shown = picture if picture.ndim == 3 else np.dstack([picture] * 3)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
            frame.pts = starts[number] if starts else number
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "codec", "name"),
    [
        ("mp4", "mpeg4", "a.mp4"),
        ("webm", "libvpx", "a.webm"),
        ("avi", "mjpeg", "a.avi"),
        ("mov", "mpeg4", "a.mov"),
    ],
)
def test_videos_are_read_frame_by_frame(kind: str, codec: str, name: str) -> None:
    found = buffer(film(FRAMES, kind, codec), name)
    pixels = np.frombuffer(found.pixels, np.uint8).reshape(FRAMES.shape)
    assert np.abs(pixels.astype(int) - FRAMES).mean() < 8
    assert (found.facts["frames"], found.facts["rate"], found.facts["lossy"]) == (COUNT, 20.0, True)


def test_a_coloured_video_is_refused_by_a_grey_study_and_read_by_one_in_colour() -> None:
    pictures = np.stack([coloured(seed) for seed in range(COUNT)])
    data = film(pictures)
    assert isinstance(prepare(data, "a.mp4", STACK), Refusal)
    assert np.abs(frames(data, "a.mp4", COLOUR).astype(int) - pictures).mean() < 12


@pytest.mark.parametrize("share", [0.5, 0.75])
@pytest.mark.parametrize(("kind", "codec"), [("webm", "libvpx"), ("avi", "mjpeg"), ("mov", "mpeg4")])
def test_a_video_that_breaks_off_is_refused_where_fewer_frames_would_do(
    kind: str, codec: str, share: float
) -> None:
    canvas = Canvas(width=64, height=64, bits=8, frames=4, frame_fit="resample")
    whole = film(np.concatenate([FRAMES] * 3), kind, codec)
    assert not isinstance(prepare(whole, f"a.{kind}", canvas), Refusal)
    assert "breaks off" in str(prepare(whole[: int(share * len(whole))], f"a.{kind}", canvas))


def test_a_video_whose_frames_last_unequally_is_refused_and_a_lost_frame_is_not() -> None:
    told = str(prepare(film(FRAMES, starts=[step * step for step in range(COUNT)]), "a.mp4", STACK))
    assert "last between 50 and" in told
    assert "constant frame rate" in told
    lost = film(np.concatenate([FRAMES] * 3), starts=[*range(10), *range(11, 3 * COUNT + 1)])
    assert "18 frames" in str(prepare(lost, "a.mp4", STACK))


def test_a_video_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "av", None)
    outcome = prepare(b"\0\0\0\x18ftypmp42" + bytes(200), "a.mp4", STACK)
    assert 'pip install "readerstudy[video]"' in str(outcome)


def test_the_phantoms_come_in_as_they_were_written(run: Run, tmp_path: Path) -> None:
    from generation.phantoms.write import write_phantoms

    write_phantoms(tmp_path / "in", count=2, kind="volume", size=64, frames=COUNT)
    imported, refused = run(tmp_path / "in", canvas=DEEP)
    assert refused == {}
    assert [each.labels["finding"] for each in imported] == ["normal", "nodule"]
