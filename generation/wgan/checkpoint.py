"""A WGAN-GP on disk: safetensors beside a JSON manifest, each written under another name and renamed."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from generation.errors import CheckpointError
from generation.wgan.networks import Generator, WganConfig

WEIGHTS = "generator.safetensors"
MANIFEST = "manifest.json"
KIND = "wgan-gp"


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Nothing half-written: the file has its name only once it is whole."""
    part = path.with_name(path.name + ".part")
    save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, part)
    part.replace(path)


def save_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def save_generator(folder: Path, generator: Generator, facts: Mapping[str, Any]) -> Path:
    """The generator that samples are drawn from, with what it is and how it was trained."""
    path = folder / WEIGHTS
    save_tensors(path, generator.state_dict())
    manifest = {
        "kind": KIND,
        "config": generator.config.as_dict(),
        "sha256": sha256(path.read_bytes()).hexdigest(),
        "torch": torch.__version__,
        **facts,
    }
    save_text(folder / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return path


def load_generator(path: Path) -> tuple[Generator, dict[str, Any]]:
    """The generator and its manifest, refused when the two do not belong together."""
    path = path / WEIGHTS if path.is_dir() else path
    manifest = read_manifest(path)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} is no whole safetensors file ({error}). "
            "Copy it again, or train again with `python -m generation train --model wgan`."
        ) from error
    if sha256(path.read_bytes()).hexdigest() != manifest["sha256"]:
        raise CheckpointError(
            f"{path} is not the file that {MANIFEST} beside it describes: their sha256 differ. "
            "Copy both files again from where they were trained."
        )
    generator = Generator(WganConfig(**manifest["config"]))
    try:
        generator.load_state_dict(tensors)
    except RuntimeError as error:
        raise CheckpointError(f"{path} holds another architecture than its manifest says: {error}") from error
    return generator.eval().requires_grad_(False), manifest


def read_manifest(path: Path) -> dict[str, Any]:
    beside = path.with_name(MANIFEST)
    try:
        manifest: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{beside} cannot be read ({error}). A checkpoint is {WEIGHTS} with {MANIFEST} beside it."
        ) from error
    if manifest.get("kind") != KIND:
        raise CheckpointError(
            f"{beside} describes a {manifest.get('kind', 'nameless')} model, not a {KIND}. "
            "Name a folder that `python -m generation train --model wgan` wrote."
        )
    return manifest
