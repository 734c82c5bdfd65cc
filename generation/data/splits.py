"""Train, validation and test parts that share no patient."""

import hashlib
from collections.abc import Sequence

from generation.data.sources import Record
from generation.errors import DatasetError

VALIDATION_SHARE = 0.1


def assign_splits(records: Sequence[Record]) -> list[str]:
    """The stated split of each record; where none is stated, a tenth of the patients validates.

    A patient's part follows from the patient's name alone, so it stays the same as data are added.
    """
    splits = [record.split or _split_of(record.patient) for record in records]
    _refuse_shared_patients(records, splits)
    if "train" not in splits:
        raise DatasetError("no image is left for training: the split column or folders name none as train.")
    return _with_validation(records, splits)


def _share(patient: str) -> float:
    return int.from_bytes(hashlib.sha256(patient.encode()).digest()[:8], "big") / 2**64


def _split_of(patient: str) -> str:
    return "val" if _share(patient) < VALIDATION_SHARE else "train"


def _with_validation(records: Sequence[Record], splits: list[str]) -> list[str]:
    """Folders with train and test alone: a tenth of the training patients validates."""
    if "val" in splits:
        return splits
    training = {record.patient for record, split in zip(records, splits, strict=True) if split == "train"}
    held_out = {patient for patient in training if _split_of(patient) == "val"}
    if not held_out and len(training) > 1:
        held_out = {min(training, key=_share)}
    return [
        "val" if split == "train" and record.patient in held_out else split
        for record, split in zip(records, splits, strict=True)
    ]


def _refuse_shared_patients(records: Sequence[Record], splits: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for record, split in zip(records, splits, strict=True):
        if seen.setdefault(record.patient, split) != split:
            raise DatasetError(
                f"patient {record.patient} is in {seen[record.patient]} and in {split}: results would look "
                "better than they are. Put all images of a patient into one part."
            )
