"""Which images there are and what is known of them: folder trees by label, and manifests."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generation.conditions import Value
from generation.errors import DatasetError

SPLITS = ("train", "val", "test")
_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".bmp"}
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
    elif path.is_dir():
        records = tuple(_folder_records(path, label_name))
    else:
        raise DatasetError(f"{path} is neither a folder nor a manifest. Give one of them.")
    if not records:
        raise DatasetError(
            f"no images in {path}. Wanted: one folder a label with PNG, TIFF, JPEG or DICOM files in it, "
            "or a manifest.csv with a column `file`."
        )
    return Source(root=path if path.is_dir() else path.parent, records=records)


def _manifest_records(manifest: Path) -> Iterator[Record]:
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if "file" not in (rows.fieldnames or []):
            raise DatasetError(
                f"{manifest} has no column `file`; it has {', '.join(rows.fieldnames or ['nothing'])}."
            )
        for line, row in enumerate(rows, start=2):
            image = manifest.parent / row["file"]
            if not image.is_file():
                raise DatasetError(f"{manifest} line {line}: the file {row['file']!r} is not there.")
            split = row.get("split") or None
            if split is not None and split not in SPLITS:
                raise DatasetError(
                    f"{manifest} line {line}: split {split!r}; allowed are {', '.join(SPLITS)}."
                )
            labels: dict[str, Value] = {
                name: (value if value != "" else None)
                for name, value in row.items()
                if name is not None and name not in _NOT_CONDITIONS
            }
            yield Record(path=image, patient=row.get("patient") or row["file"], split=split, labels=labels)


def _folder_records(root: Path, label_name: str) -> Iterator[Record]:
    splits = [name for name in SPLITS if (root / name).is_dir()]
    tops: list[tuple[Path, str | None]] = [(root / name, name) for name in splits]
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


def _images(folder: Path) -> Sequence[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
