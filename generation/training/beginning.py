"""Beginning with the weights of an earlier run: to refine a model, or to go from many images to one's own."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from generation.cards import CheckpointCard
from generation.checkpoints import load_checkpoint
from generation.conditions import Attribute, Categorical, ConditionSpace
from generation.errors import RequestError
from generation.joint import has_gaps
from generation.models.configs import DiffusionConfig
from generation.models.denoiser import AttributeEncoder, ConditionEncoder, Denoiser


def begin_with(path: Path, network: Denoiser, diffusion: DiffusionConfig) -> CheckpointCard:
    """Give a network the averaged weights of a checkpoint; answers its card.

    Conditions may differ: one that is gone counts as not said, a new one says nothing at first. Raises
    RequestError where the checkpoint's network or prediction are others.
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
    network.unet.load_state_dict(earlier.unet.state_dict())
    if earlier.changes is not None and network.changes is not None:
        network.changes.load_state_dict(earlier.changes.state_dict())
    if earlier.conditions is not None and network.conditions is not None:
        network.conditions.mix.load_state_dict(earlier.conditions.mix.state_dict())
        _carry_over(checkpoint, earlier.conditions, network.conditions, network.space)
    return checkpoint


def _meaning(network: Denoiser, diffusion: DiffusionConfig) -> dict[str, str]:
    """What the weights stand for, by name; dropout and augmentation change how they are trained alone."""
    free = {"dropout", "told_changes"}
    settings = {n: str(value) for n, value in network.config.to_json().items() if n not in free}
    with_conditions = "some" if len(network.space) else "none"
    return settings | {"prediction": diffusion.prediction, "conditions": with_conditions}


@torch.no_grad()
def _carry_over(
    card: CheckpointCard, earlier: ConditionEncoder, encoder: ConditionEncoder, space: ConditionSpace
) -> None:
    """Encoders of the same condition as they were, others silent; what is gone is added as its null token."""
    before = {a.name: (a, e) for a, e in zip(card.space.attributes, _encoders(earlier), strict=True)}
    for attribute, own in zip(space.attributes, _encoders(encoder), strict=True):
        old = before.get(attribute.name)
        if old is None:
            _silence(own)
            continue
        if isinstance(attribute, Categorical) != isinstance(old[0], Categorical):
            raise RequestError(
                f"{attribute.name} is a category in one of both, and a number in the other: {card.path} is "
                "no beginning for this run. See --continuous, or leave the condition out."
            )
        _copy(old[1], own, _rows(old[0], attribute))
    for name in before.keys() - set(space.names):
        _refuse_untrained_null(card, name)
        _add(_encoders(encoder)[0], before[name][1].null)


def _encoders(encoder: ConditionEncoder) -> list[AttributeEncoder]:
    return [one for one in encoder.attributes if isinstance(one, AttributeEncoder)]


def _rows(old: Attribute, new: Attribute) -> list[int | None]:
    """Where each value of a category was before; nothing for a number."""
    if not (isinstance(old, Categorical) and isinstance(new, Categorical)):
        return []
    return [old.values.index(value) if value in old.values else None for value in new.values]


def _copy(old: AttributeEncoder, own: AttributeEncoder, rows: list[int | None]) -> None:
    """A value that is new to a category begins as not said."""
    own.null.copy_(old.null)
    if not rows:
        own.known.load_state_dict(old.known.state_dict())
        return
    weights = old.known.state_dict()["weight"]
    chosen = torch.stack([old.null if row is None else weights[row] for row in rows])
    own.known.load_state_dict({"weight": chosen})


def _silence(own: AttributeEncoder) -> None:
    own.null.zero_()
    for parameter in _last_of(own):
        parameter.zero_()


def _add(own: AttributeEncoder, constant: Tensor) -> None:
    """Add to all that an encoder answers."""
    own.null.add_(constant)
    _last_of(own)[-1].add_(constant)


def _last_of(own: AttributeEncoder) -> Sequence[Tensor]:
    """What is added last: the rows of a category; weight and bias of a number's last layer."""
    parameters = list(own.known.parameters())
    return parameters if own.categories else parameters[-2:]


def _refuse_untrained_null(card: CheckpointCard, name: str) -> None:
    if not (card.knows_open_conditions or has_gaps(card.space, card.space.rows, name)):
        raise RequestError(
            f"{card.path} was trained with condition_dropout = 0 and always with {name}: it does not know "
            f"what leaving it out means. Train with {name}, or start from another checkpoint."
        )
