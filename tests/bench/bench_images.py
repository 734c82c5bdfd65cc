"""How fast images come in and are audited: 8,000 PNGs of 128 px, 400 images of 256 px, on 2 processes.

Then large ones, PNG of 1024² and DICOM of 2048² with 12 of 16 bits, beside the floor: one process that
decodes, hashes and writes, and does nothing else.

    python tests/bench/bench_images.py [--quick]

Runs on a database and a storage of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pictures(folder: Path, count: int, side: int) -> Path:
    """PNG files of shafts in noise, none like the other."""
    import numpy as np
    import PIL.Image

    rng = np.random.default_rng(side)
    folder.mkdir()
    row = np.linspace(-1, 1, side)
    for number in range(count):
        shaft = 60 + 120 * np.exp(-(((row - rng.uniform(-0.2, 0.2)) / rng.uniform(0.2, 0.5)) ** 2))
        grey = np.clip(shaft[None, :] + rng.normal(0, 6, (side, side)), 1, 254).astype(np.uint8)
        PIL.Image.fromarray(grey).save(folder / f"{number:05}.png", compress_level=1)
    return folder


def timed(what: str, wanted: str, function: Callable[[], object]) -> None:
    start = time.perf_counter()
    function()
    sys.stdout.write(f"{what:58s} {time.perf_counter() - start:8.2f} s   wanted: {wanted}\n")


def dicoms(folder: Path, count: int, side: int) -> Path:
    """Uncompressed DICOM files of shafts in noise, 12 of 16 bits."""
    import numpy as np
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

    rng, row = np.random.default_rng(side), np.linspace(-1, 1, side)
    folder.mkdir()
    for number in range(count):
        shaft = 1000 + 2000 * np.exp(-(((row - rng.uniform(-0.2, 0.2)) / 0.3) ** 2))
        levels = np.clip(shaft[None, :] + rng.normal(0, 40, (side, side)), 1, 4094).astype("<u2")
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
        meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        dataset.SOPClassUID, dataset.SOPInstanceUID = (
            meta.MediaStorageSOPClassUID,
            meta.MediaStorageSOPInstanceUID,
        )
        dataset.Rows = dataset.Columns = side
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
        dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.PixelData = levels.tobytes()
        dataset.save_as(folder / f"{number:05}.dcm", enforce_file_format=True)
    return folder


def decode_hash_write(folder: Path, out: Path) -> int:
    """The least that an import of these files can be."""
    import hashlib

    import numpy as np
    import PIL.Image
    import pydicom

    out.mkdir(exist_ok=True)
    paths = sorted(folder.iterdir())
    for path in paths:
        if path.suffix == ".dcm":
            pixels = pydicom.dcmread(path).pixel_array.tobytes()
        else:
            pixels = np.asarray(PIL.Image.open(path)).tobytes()
        (out / hashlib.sha256(pixels).hexdigest()).write_bytes(pixels)
    return len(paths)


def beside_the_floor(what: str, folder: Path, side: int, bits: int) -> None:
    from readerstudy.imaging.canvas import Canvas
    from readerstudy.imaging.importing import Imported, import_files

    start = time.perf_counter()
    count = decode_hash_write(folder, folder.with_name("floor"))
    floor = count / (time.perf_counter() - start)
    canvas, start = Canvas(width=side, height=side, bits=bits), time.perf_counter()
    outcomes = list(import_files([folder], canvas=canvas, by=None))
    ours = count / (time.perf_counter() - start)
    assert all(isinstance(one, Imported) for one in outcomes)
    ratio = f"{ours / floor:.2f} of the floor's {floor:.0f}"
    sys.stdout.write(f"import {what:51s} {ours:8.1f} images/s, {ratio}   wanted: 1.5\n")


def bench(home: Path, *, many: int, some: int) -> None:
    from readerstudy.imaging.buffer_features import Found
    from readerstudy.imaging.canvas import Canvas
    from readerstudy.imaging.features import Features
    from readerstudy.imaging.importing import Imported, import_files
    from readerstudy.imaging.likeness import near_duplicates
    from readerstudy.imaging.manifest import Refused
    from readerstudy.imaging.measuring import Measured, measure
    from readerstudy.imaging.models import Image
    from readerstudy.truth.blinding.compare import compare_arms

    small, large = pictures(home / "small", many, 128), pictures(home / "large", some, 256)
    canvas = Canvas(width=128, height=128, bits=8)
    imported: list[Imported | Refused] = []
    timed(
        f"import {many} PNGs of 128 px",
        "under 60 s",
        lambda: imported.extend(import_files([small], canvas=canvas, by=None)),
    )
    known = {one.fingerprint: one.image for one in imported if isinstance(one, Imported)}
    timed(
        "import them again",
        "a fraction",
        lambda: list(
            import_files(
                [small], canvas=canvas, by=None, seen=lambda asked: {one: known[one] for one in asked}
            )
        ),
    )
    list(import_files([large], canvas=Canvas(width=256, height=256, bits=8), by=None))
    images = list(Image.objects.filter(width=256))
    found: list[Found] = []
    timed(f"measure {some} images of 256 px", "a few seconds", lambda: found.extend(chain(*measure(images))))
    measured = [Measured(features=Features.from_dict(values), sketch=sketch) for values, sketch in found]
    arms = measured[: some // 2], measured[some // 2 :]
    timed("compare them as two arms", "under 3 s", lambda: compare_arms(*arms, seed=1))
    timed("find near-duplicates among them", "under 3 s", lambda: near_duplicates(measured))
    beside_the_floor(f"{some} PNGs of 1024²", pictures(home / "png", some, 1024), 1024, 8)
    beside_the_floor(f"{some // 4} DICOMs of 2048²", dicoms(home / "dicom", some // 4, 2048), 2048, 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the images")
    share = 10 if parser.parse_args().quick else 1
    with tempfile.TemporaryDirectory(prefix="readerstudy-bench-") as folder:
        os.environ["READERSTUDY_HOME"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        bench(Path(folder), many=8000 // share, some=400 // share)


if __name__ == "__main__":
    main()
