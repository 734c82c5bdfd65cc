"""Writing and loading checkpoints: safetensors with the card in the header, and the card as JSON."""

import importlib.metadata
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from generation.cards import (
    ARCHITECTURE,
    CheckpointCard,
    describe_checkpoint,
    metadata_of,
    unreadable_card,
)
from generation.errors import CheckpointError, DivergedError, RequestError
from generation.files import write_whole
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.models.denoiser import Denoiser
from generation.wgan.networks import Generator, WganConfig


@dataclass(frozen=True, kw_only=True)
class Checkpoint(CheckpointCard):
    """A card with its network."""

    network: Denoiser | Generator

    @property
    def diffusion(self) -> DiffusionConfig:
        return DiffusionConfig.from_json(self.manifest["diffusion"])


def load_checkpoint(path: Path | str, device: torch.device | str = "cpu") -> Checkpoint:
    """The network in float32, ready to predict."""
    card = describe_checkpoint(path)
    try:
        network = _network_of(card)
        network.load_state_dict({name: weight.float() for name, weight in load_file(card.path).items()})
        checkpoint = Checkpoint(path=card.path, manifest=card.manifest, network=network)
        _ = checkpoint.is_wgan or checkpoint.diffusion  # a card that lacks it is refused here
    except (RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"the weights in {path} do not fit the network that its card describes. "
            "The file was changed by hand; use the original."
        ) from error
    except (KeyError, TypeError, ValueError, RequestError) as error:
        raise CheckpointError(unreadable_card(card.path, error)) from error
    if not all(weight.isfinite().all() for weight in network.state_dict().values()):
        raise CheckpointError(
            f"{path} holds weights that are no numbers: its training had failed. Use an earlier checkpoint."
        )
    network.requires_grad_(False).eval().to(device)
    return checkpoint


def _network_of(card: CheckpointCard) -> Denoiser | Generator:
    if card.is_wgan:
        return Generator(WganConfig.from_json(card.manifest["network"]), card.space)
    return Denoiser(NetworkConfig.from_json(card.manifest["network"]), card.space, trains=False)


def save_checkpoint(
    path: Path,
    network: Denoiser,
    *,
    title: str,
    diffusion: DiffusionConfig,
    facts: dict[str, Any] | None = None,
    beside: dict[str, Any] | None = None,
) -> CheckpointCard:
    """A denoiser with its card. `beside` stands in the JSON file alone: a clock changes no bytes."""
    manifest = {
        "architecture": ARCHITECTURE,
        "title": title,
        "network": network.config.to_json(),
        "diffusion": diffusion.to_json(),
        "conditions": network.space.to_json(),
        "condition_rows": network.space.rows,
        "software": software_versions(),
        **(facts or {}),
    }
    return write_checkpoint(path, network, manifest, half=True, beside=beside)


def write_checkpoint(
    path: Path,
    network: nn.Module,
    manifest: dict[str, Any],
    *,
    half: bool,
    beside: dict[str, Any] | None = None,
) -> CheckpointCard:
    """Write the weights, then the card beside them; each under a temporary name first."""
    kind = torch.float16 if half else torch.float32
    weights = {
        name: weight.detach().cpu().to(kind).contiguous() for name, weight in network.state_dict().items()
    }
    if not all(weight.isfinite().all() for weight in weights.values()):
        raise DivergedError(
            f"the weights are no numbers any more, or too large: {path.name} was not written. The last saved "
            "state is kept: go on from it with a lower learning_rate."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    save_file(weights, unfinished, metadata=metadata_of(manifest))
    unfinished.chmod(0o644)
    unfinished.replace(path)
    card = describe_checkpoint(path)
    told = {"sha256": card.digest, **(beside or {}), **manifest}
    write_whole(path.with_suffix(".json"), json.dumps(told, indent=1) + "\n")
    return card


def software_versions() -> dict[str, str]:
    versions = {
        name: importlib.metadata.version(name) for name in ("torch", "diffusers", "accelerate", "numpy")
    }
    return {**versions, "commit": _git_commit()}


def _git_commit() -> str:
    """The commit that this package was run from, with a plus sign where files were changed since."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--abbrev=12", "--dirty=+"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return answer.stdout.strip()
