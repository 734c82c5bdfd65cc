"""Beginning with the weights of an earlier run: to refine a model, or to go from many images to one's own."""

from pathlib import Path

from generation.checkpoints import load_checkpoint
from generation.conditions import Categorical, ConditionSpace
from generation.errors import RequestError
from generation.models.configs import DiffusionConfig
from generation.models.denoiser import Denoiser


def begin_with(path: Path, network: Denoiser, diffusion: DiffusionConfig) -> str:
    """Give a network the averaged weights of a checkpoint; answers the checkpoint's digest.

    Raises RequestError where the checkpoint's network, conditions or prediction are others.
    """
    checkpoint = load_checkpoint(path)
    earlier = checkpoint.network
    if not isinstance(earlier, Denoiser):
        raise RequestError(f"{path} holds a WGAN-GP, which a diffusion model cannot start from.")
    there, here = _meaning(earlier, checkpoint.diffusion), _meaning(network, diffusion)
    names = [name for name in there | here if there.get(name) != here.get(name)]
    if names:
        told = "; ".join(
            f"{n} is {there.get(n, 'absent')} there and {here.get(n, 'absent')} here" for n in names
        )
        raise RequestError(f"{path} is no beginning for this run: {told}. Make them the same, or start anew.")
    network.load_state_dict(earlier.state_dict())
    return checkpoint.digest


def _meaning(network: Denoiser, diffusion: DiffusionConfig) -> dict[str, str]:
    """What the weights stand for, by name; how often a condition's values occur may differ."""
    settings = {name: str(value) for name, value in network.config.to_json().items()}
    return settings | {"prediction": diffusion.prediction} | _conditions(network.space)


def _conditions(space: ConditionSpace) -> dict[str, str]:
    return {
        attribute.name: ", ".join(attribute.values) if isinstance(attribute, Categorical) else "a number"
        for attribute in space.attributes
    }
