"""Beginning with the weights of an earlier run: to refine a model, or to go from many images to one's own."""

from pathlib import Path
from typing import Any

from generation.checkpoints import load_checkpoint
from generation.conditions import ConditionSpace
from generation.errors import RequestError
from generation.models.configs import DiffusionConfig
from generation.models.denoiser import Denoiser


def begin_with(path: Path, network: Denoiser, diffusion: DiffusionConfig) -> str:
    """Give a network the averaged weights of a checkpoint; answers the checkpoint's digest.

    Raises RequestError where the checkpoint's network, conditions or prediction are others.
    """
    checkpoint = load_checkpoint(path)
    if checkpoint.is_wgan:
        raise RequestError(f"{path} holds a WGAN-GP, which a diffusion model cannot start from.")
    for what, there, here in (
        ("network", checkpoint.manifest["network"], _plain(network.config.to_json())),
        ("conditions", _kinds(checkpoint.space), _kinds(network.space)),
        ("prediction", checkpoint.diffusion.prediction, diffusion.prediction),
    ):
        if there != here:
            raise RequestError(
                f"the {what} of {path} is {there}, that of this run {here}: "
                "make them the same, or start anew."
            )
    network.load_state_dict(checkpoint.network.state_dict())
    return checkpoint.digest


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from JSON."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in entry.items()}


def _kinds(space: ConditionSpace) -> list[dict[str, Any]]:
    """What the weights of the conditions mean; how often a value occurs may differ."""
    return [
        {key: value for key, value in entry.items() if key in ("name", "kind", "values")}
        for entry in space.to_json()
    ]
