"""Reading a checkpoint's card without torch: the header of the safetensors file and the file's digest."""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from generation.conditions import ConditionSpace
from generation.errors import CheckpointError

ARCHITECTURE = "readerstudy-denoiser-1"
WGAN_ARCHITECTURE = "readerstudy-wgan-1"
KNOWN = (ARCHITECTURE, WGAN_ARCHITECTURE)
_KEY = "readerstudy"
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True, kw_only=True)
class CheckpointCard:
    """What a checkpoint says of itself. `manifest` holds config, data hash, versions, commit and metrics."""

    path: Path
    manifest: dict[str, Any] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def is_wgan(self) -> bool:
        """Whether images come from the WGAN-GP baseline: one pass, no solver, no guidance."""
        return bool(self.manifest["architecture"] == WGAN_ARCHITECTURE)

    @property
    def size(self) -> int:
        return int(self.manifest["network"]["size"])

    @property
    def space(self) -> ConditionSpace:
        return ConditionSpace.from_json(self.manifest["conditions"], self.manifest.get("condition_rows", ""))

    @property
    def knows_open_conditions(self) -> bool:
        """Whether conditions were dropped in training: a token that never was trained stands for noise."""
        return float(self.manifest.get("training", {}).get("condition_dropout", 0.1)) > 0

    @property
    def conditions(self) -> dict[str, list[str] | tuple[float, float]]:
        """Each condition with its allowed values, or its lowest and highest number."""
        return self.space.allowed()


def bundled_checkpoint() -> Path:
    """The checkpoint that comes with the package, trained on phantoms."""
    return Path(__file__).parent / "bundled" / "knee-phantoms-128.safetensors"


def describe_checkpoint(path: Path | str) -> CheckpointCard:
    """The card of a checkpoint, after checking that the file is whole and of this project's architecture."""
    path = Path(path)
    metadata = _read_header(path).get("__metadata__", {})
    if _KEY not in metadata:
        raise CheckpointError(
            f"{path} is a safetensors file of something else: it does not carry this project's card. "
            "Give a file written by `python -m generation train`."
        )
    try:
        manifest = json.loads(metadata[_KEY])
        architecture = manifest.get("architecture")
        card = CheckpointCard(path=path, manifest=manifest)
        if architecture in KNOWN:
            _ = card.title, card.size, card.conditions  # a card that lacks them is refused here
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(unreadable_card(path, error)) from error
    if architecture not in KNOWN:
        raise CheckpointError(
            f"{path} has the architecture {architecture!r}; "
            f"this version reads {' and '.join(map(repr, KNOWN))}. "
            "Train it again, or use the version of the package that wrote it."
        )
    return card


def unreadable_card(path: Path, error: Exception) -> str:
    what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
    return (
        f"the card in {path} cannot be read: {what}. The file was changed by hand, or written by a newer "
        "version: use the original, or that version."
    )


def metadata_of(manifest: dict[str, Any]) -> dict[str, str]:
    """The manifest as it is put into a safetensors header."""
    return {_KEY: json.dumps(manifest, sort_keys=True)}


def _read_header(path: Path) -> dict[str, Any]:
    """The JSON header. Pickles, other files and cut ones are refused by name."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            _refuse_pickles(path, start)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            header = file.read(length) if 0 < length < _LONGEST_HEADER else b""
            bytes_after = path.stat().st_size - 8 - length
    except OSError as error:
        raise CheckpointError(f"cannot read the checkpoint {path}: {error.strerror}") from error
    entries = _parse_header(path, header)
    try:
        stated = max((e["data_offsets"][1] for n, e in entries.items() if n != "__metadata__"), default=0)
    except (LookupError, TypeError) as error:
        raise _no_safetensors(path) from error
    if bytes_after != stated:
        raise CheckpointError(
            f"{path} is cut off or damaged: {bytes_after} bytes of weights instead of {stated}. "
            "Copy it again."
        )
    return entries


def _parse_header(path: Path, header: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(header)
        if isinstance(entries, dict):
            return entries
    except ValueError:
        pass
    raise _no_safetensors(path)


def _no_safetensors(path: Path) -> CheckpointError:
    return CheckpointError(
        f"{path} is no safetensors file, or only its beginning. Give a whole file written by "
        "`python -m generation train`."
    )


def _refuse_pickles(path: Path, start: bytes) -> None:
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        raise CheckpointError(
            f"{path} is a pickle (.pt, .ckpt): loading one runs any code that is in it, so it is refused. "
            "Give a .safetensors file."
        )
