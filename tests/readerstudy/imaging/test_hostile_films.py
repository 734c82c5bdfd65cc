"""Bombs of frames, sides, hours and bytes are refused, within limits of time and memory."""

import gzip
import struct
import zlib
from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import Refusal
from readerstudy.imaging.normalise import prepare
from readerstudy.imaging.worker_pool import WorkerPool
from tests.readerstudy.imaging.phantoms import dicom, dicom_bytes, eight_bits, encoded, phantom
from tests.readerstudy.imaging.test_frames import film, nifti

STACK = Canvas(width=64, height=64, bits=8, frames=4, frame_fit="resample")
GREY = eight_bits(phantom())


def refusal(data: bytes, name: str) -> str:
    """In a child process with limits, as an import does it."""
    with WorkerPool(STACK, 1, most_seconds=20) as pool:
        jobs = [(data, name)]
        (outcome,) = pool.finish(pool.begin(jobs), jobs)
    assert isinstance(outcome, Refusal)
    return str(outcome)


def many_pages() -> bytes:
    """A TIFF with 200,000 pages that share their pixels."""
    entries = [(256, 4, 64), (257, 4, 64), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 4, 64), (279, 4, 4096)]  # fmt: skip
    body = struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    size, start, count = len(body) + 4, 8 + 4096, 200_000
    links = (start + size * (page + 1) if page + 1 < count else 0 for page in range(count))
    return (
        b"II*\0"
        + struct.pack("<I", start)
        + GREY.tobytes()
        + b"".join(body + struct.pack("<I", link) for link in links)
    )


def many_frames_of_gif() -> bytes:
    frames = [PIL.Image.fromarray(GREY[:16, :16]), PIL.Image.fromarray(GREY[16:32, 16:32])]
    out = BytesIO()
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:])
    data = out.getvalue()
    first = data.index(b"\x21\xf9", data.index(b"\x2c") + 1)
    return data[:first] + data[first:-1] * 30_000 + data[-1:]


def test_200_000_pages_are_refused() -> None:
    assert "more than 20,000 pages" in refusal(many_pages(), "a.tif")


def test_tens_of_thousands_of_frames_are_refused() -> None:
    assert "more than 20,000 frames" in refusal(many_frames_of_gif(), "a.gif")


def test_a_multi_frame_file_that_claims_a_million_frames_is_refused() -> None:
    data = dicom_bytes(dicom(GREY, NumberOfFrames=1_000_000))
    assert "more than 20,000 frames" in refusal(data, "a.dcm")
    assert refusal(dicom_bytes(dicom(GREY, NumberOfFrames=9_000)), "a.dcm")  # and holds one


def test_a_volume_that_claims_to_be_larger_than_it_is_is_refused() -> None:
    whole = nifti(np.stack([GREY] * 4), code=2)
    assert "breaks off" in refusal(whole[:-1000], "a.nii")
    wide = bytearray(whole)
    wide[42:46] = struct.pack("<hh", 30_000, 30_000)
    assert "megapixels" in refusal(bytes(wide), "a.nii")
    deep = bytearray(whole)
    deep[46:48] = struct.pack("<h", 32_000)
    assert "more than 20,000" in refusal(bytes(deep), "a.nii")


def test_a_compressed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(nifti(np.stack([GREY] * 4), code=2) + bytes(300 * 2**20))
    header = bytearray(nifti(np.stack([GREY] * 4), code=2)[:352])
    header[42:48] = struct.pack("<hhh", 8000, 8000, 9)
    large = gzip.compress(bytes(header) + bytes(2**20))
    assert not isinstance(prepare(bomb, "a.nii.gz", STACK), Refusal)  # what follows the volume is not read
    assert "MB are accepted" in refusal(large, "a.nii.gz")


def test_an_animation_that_claims_a_huge_canvas_is_refused() -> None:
    data = bytearray(encoded(GREY))
    data[16:24] = struct.pack(">II", 40_000, 40_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    assert "megapixels" in refusal(bytes(data), "a.png")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["a.gif", "a.tif", "a.dcm", "a.nii", "a.nii.gz"])
def test_damaged_bytes_are_refused_or_read_and_never_crash(name: str, seed: int) -> None:
    pictures = [PIL.Image.fromarray(eight_bits(phantom(number))) for number in range(4)]
    out = BytesIO()
    if name.endswith(("gif", "tif")):
        kind = "GIF" if name.endswith("gif") else "TIFF"
        pictures[0].save(out, format=kind, save_all=True, append_images=pictures[1:])
        data = out.getvalue()
    elif name.endswith("dcm"):
        volume = np.stack([np.asarray(picture) for picture in pictures])
        data = dicom_bytes(dicom(volume[0], NumberOfFrames=4, PixelData=volume.tobytes()))
    else:
        data = nifti(np.stack([np.asarray(picture) for picture in pictures]), code=2)
        data = gzip.compress(data) if name.endswith("gz") else data
    rng = np.random.default_rng(seed)
    damaged = bytearray(data[: rng.integers(1, len(data))] if seed % 3 == 0 else data)
    for at in rng.integers(0, min(len(damaged), 700), 12):
        damaged[at] = rng.integers(256)
    prepare(bytes(damaged), name, STACK)


def test_an_hour_of_video_is_refused() -> None:
    one = np.full((16, 16), 90, np.uint8)
    pictures = np.broadcast_to(one, (20_050, 16, 16))
    assert "more than 20,000 frames" in refusal(film(pictures), "a.mp4")


def test_a_video_without_a_rate_is_read_by_its_frames() -> None:
    data = film(np.stack([eight_bits(phantom(number)) for number in range(4)]), "avi", "mjpeg")
    at = data.index(b"strh")
    broken = bytearray(data)
    broken[at + 28 : at + 36] = bytes(8)  # scale and rate of the stream
    outcome = prepare(bytes(broken), "a.avi", STACK)
    assert not isinstance(outcome, Refusal) or "damaged" in str(outcome)


def test_a_video_that_claims_a_huge_picture_is_refused_or_believed_by_its_frames() -> None:
    data = bytearray(film(np.stack([eight_bits(phantom(number)) for number in range(4)]), "avi", "mjpeg"))
    at = bytes(data).index(b"strf") + 8
    data[at + 4 : at + 12] = struct.pack("<ii", 40_000, 40_000)
    outcome = prepare(bytes(data), "a.avi", STACK)
    assert isinstance(outcome, Refusal) or outcome.facts["width"] == 64
