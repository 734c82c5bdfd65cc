"""The models on this server: the bundled one, and those in the checkpoint folder."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import generation
from generation import CheckpointCard, GenerationError
from readerstudy.synthesis.errors import UnknownModel

BUNDLED = "bundled"


@dataclass(frozen=True, kw_only=True)
class Model:
    """A checkpoint by the name it has on this server."""

    name: str
    card: CheckpointCard


def folder() -> Path:
    return Path(settings.HOME) / "checkpoints"


def models() -> list[Model]:
    """Return every readable checkpoint; leave out the others."""
    found = []
    paths = {BUNDLED: generation.bundled_checkpoint()}
    paths |= {path.stem: path for path in sorted(folder().glob("*.safetensors"))}
    for name, path in paths.items():
        try:
            found.append(Model(name=name, card=generation.describe_checkpoint(path)))
        except (GenerationError, OSError):
            continue
    return found


def model(name: str) -> Model:
    known = {model.name: model for model in models()}
    if name not in known:
        raise UnknownModel(f"There is no model {name!r} here. Models: {', '.join(known) or 'none'}.")
    return known[name]
