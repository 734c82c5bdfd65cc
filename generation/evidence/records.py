"""What a measurement leaves behind: one JSON file with its inputs, its versions and its result."""

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generation.errors import OutputError
from generation.files import readable_refusals, write_whole

KINDS = ("quality", "machine_reader", "fidelity", "memorization", "utility")
QUANTILES = 201
PACKAGES = ("numpy", "scipy", "torch", "scikit-learn")


def write_record(out: Path, kind: str, inputs: Mapping[str, Any], result: Any) -> Path:
    """`KIND.json` in `out`; an older one of the same kind is replaced by a whole one only."""
    path = out / f"{kind}.json"
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    record = {"kind": kind, "inputs": plain(dict(inputs)), "versions": versions, "result": plain(result)}
    write_text(path, json.dumps(record, indent=1, allow_nan=False) + "\n")
    return path


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    with readable_refusals(path):
        write_whole(path, content)


def claim(out: Path) -> Path:
    """The folder for records, made where it is missing."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be a folder for results ({error.strerror}). Name another."
        ) from error
    return out


def read_records(folders: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """All records in the folders by kind, in the order of the folders."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for folder in folders:
        for kind in KINDS:
            path = folder / f"{kind}.json"
            if path.is_file():
                found[kind].append(_read(path) | {"folder": folder})
    if not any(found.values()):
        named = ", ".join(str(folder) for folder in folders)
        raise OutputError(
            f"there is nothing to report in {named}. Run `python -m generation evaluate`, `memorization` or "
            "`utility` first and name their output folders."
        )
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = record["inputs"], record["versions"], record["result"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputError(f"{path} is no record of a measurement ({error}). Measure again.") from error
    return record


def plain(value: Any) -> Any:
    """Dataclasses, arrays and paths as JSON; long arrays of distances as their quantiles, NaN as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, np.ndarray):
        kept = np.quantile(value, np.linspace(0, 1, QUANTILES)) if len(value) > QUANTILES else np.sort(value)
        return [plain(float(one)) for one in kept]
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else str(value) if isinstance(value, Path) else value
