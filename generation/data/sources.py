"""Which images there are and what is known of them: folder trees by label, and manifests."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generation.conditions import Value
from generation.data.decode import is_dicom
from generation.data.read_table import read_table
from generation.errors import DatasetError

SPLITS = ("train", "val", "test")
_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".bmp"}
#: How spreadsheets, R and pandas write that nothing is known.
_GAPS = {"", "na", "n/a", "#n/a", "nan", "null"}
_NOT_CONDITIONS = {"file", "patient", "split", "sha256", "seed", "index"}


@dataclass(frozen=True, kw_only=True)
class Record:
    """One image with its labels. Without a patient, the image is a patient of its own."""

    path: Path
    patient: str
    split: str | None = None
    labels: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The images of a folder or manifest."""

    root: Path
    records: tuple[Record, ...]

    @property
    def label_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for record in self.records for name in record.labels))

    def column(self, name: str) -> list[Value]:
        return [record.labels.get(name) for record in self.records]


def read_source(path: Path | str, *, label_name: str = "grade") -> Source:
    """The images of a folder (with or without manifest.csv in it) or of a manifest file."""
    path = Path(path)
    if not path.exists():
        raise DatasetError(f"{path} does not exist. Give a folder of images or a manifest.csv.")
    manifest = path / "manifest.csv" if path.is_dir() else path
    if manifest.is_file():
        records = tuple(_manifest_records(manifest))
    else:
        records = tuple(_folder_records(path, label_name))
    _refuse_undecodable_names(records)
    if not records:
        raise DatasetError(
            f"no images in {path}. Wanted: one folder a label with PNG, TIFF, JPEG or DICOM files in it, "
            "or a manifest.csv with a column `file`."
        )
    return Source(root=path if path.is_dir() else path.parent, records=records)


def _refuse_undecodable_names(records: tuple[Record, ...]) -> None:
    """Manifests, cards and logs are UTF-8: such a name could be written into none of them."""
    for record in records:
        try:
            str(record.path).encode()
        except UnicodeEncodeError as error:
            raise DatasetError(
                f"the file name {str(record.path)!r} is not UTF-8. Rename the file."
            ) from error


def _manifest_records(manifest: Path) -> Iterator[Record]:
    lines: dict[str, int] = {}
    for line, row in read_table(manifest):
        name = row["file"]
        image = manifest.parent / name
        if not image.is_file():
            raise DatasetError(f"{manifest} line {line}: the file {name!r} is not there.")
        if lines.setdefault(name, line) != line:
            raise DatasetError(f"{manifest} line {line}: the file {name!r} is in line {lines[name]} already.")
        split = row.get("split") or None
        if split is not None and split not in SPLITS:
            raise DatasetError(f"{manifest} line {line}: split {split!r}; allowed are {', '.join(SPLITS)}.")
        labels: dict[str, Value] = {
            name: None if value.strip().lower() in _GAPS else value
            for name, value in row.items()
            if name not in _NOT_CONDITIONS
        }
        yield Record(path=image, patient=row.get("patient") or name, split=split, labels=labels)


def _folder_records(root: Path, label_name: str) -> Iterator[Record]:
    splits = [name for name in SPLITS if (root / name).is_dir()]
    tops: list[tuple[Path, str | None]] = [(root / name, name) for name in splits]
    if splits:
        _refuse_others_beside(root, splits)
    tops = tops or [(root, None)]
    found = [(image, top, split) for top, split in tops for image in _images(top)]
    sided = bool(found) and all(re.search(r"[LR]$", image.stem) for image, _, _ in found)
    for image, top, split in found:
        folders = image.relative_to(top).parts[:-1]
        if len(folders) > 1:
            raise DatasetError(
                f"{image} lies {len(folders)} folders deep. Wanted: LABEL/image, or train/LABEL/image, "
                "or a manifest.csv."
            )
        labels: dict[str, Value] = {label_name: folders[0]} if folders else {}
        if sided:
            labels["side"] = image.stem[-1]
        yield Record(path=image, patient=image.stem[:-1] if sided else image.stem, split=split, labels=labels)


def _refuse_others_beside(root: Path, splits: list[str]) -> None:
    """A folder called valid beside train would else be left out without a word."""
    for path in sorted(_listed(root)):
        left_out = [path] if _is_image(path) else _images(path) if path.is_dir() else []
        if path.name not in splits and left_out:
            raise DatasetError(
                f"{left_out[0]} lies beside {' and '.join(splits)}: it belongs to no part. "
                f"Parts are called {', '.join(SPLITS)}; rename it, or move it away."
            )


def _images(folder: Path) -> list[Path]:
    """Below a folder, linked folders too; hidden ones, such as a Mac leaves behind, are none."""
    return sorted(image for image in _walk(folder, ()) if _is_image(image))


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        raise DatasetError(f"{folder} is a link to a folder that it lies in. Remove the link.")
    for path in _listed(folder):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _walk(path, (*above, real))
        else:
            yield path


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read: {error.strerror}.") from error


def _is_image(path: Path) -> bool:
    """By the ending of its name; a DICOM file often has none, and says in its head what it is."""
    if not path.is_file():
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    return not path.suffix and is_dicom(path)
