"""The state of an unfinished run: everything that resuming needs, as safetensors and JSON."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from generation.errors import CheckpointError, RequestError
from generation.files import readable_refusals
from generation.training.averages import MovingAverage


def save_state(
    folder: Path,
    *,
    step: int,
    core_seconds: float,
    network: nn.Module,
    average: MovingAverage,
    optimiser: torch.optim.Optimizer,
    identity: dict[str, Any],
    scaler: dict[str, Any],
) -> None:
    """Write the state beside the old one, then take its place: a cut leaves one of them, never a half."""
    tensors = {f"network.{name}": weight for name, weight in network.state_dict().items()}
    tensors |= {f"average.{name}": weight for name, weight in average.weights.items()}
    tensors |= _optimiser_tensors(optimiser)
    fresh, old = folder.with_name(folder.name + ".part"), folder.with_name(folder.name + ".old")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        with readable_refusals(folder):
            save_file(
                {n: t.detach().cpu().contiguous().clone() for n, t in tensors.items()},
                fresh / "state.safetensors",
            )
            facts = {"step": step, "core_seconds": core_seconds, "identity": identity, "scaler": scaler}
            (fresh / "state.json").write_text(json.dumps(facts))
    except Exception:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def load_state(
    folder: Path,
    *,
    network: nn.Module,
    average: MovingAverage,
    optimiser: torch.optim.Optimizer,
    identity: dict[str, Any],
    scaler: torch.amp.GradScaler,
) -> tuple[int, float]:
    """Put the state back; answers finished steps and their processor seconds, 0 where there is none."""
    old = folder.with_name(folder.name + ".old")
    folder = folder if folder.exists() or not old.exists() else old
    if not folder.exists():
        return 0, 0.0
    facts = json.loads((folder / "state.json").read_text())
    refuse_another_run(folder.parent, facts["identity"], identity)
    tensors = load_file(folder / "state.safetensors")
    try:
        network.load_state_dict(_below("network.", tensors))
    except RuntimeError as error:
        raise CheckpointError(f"{folder} belongs to another network. Name another --out.") from error
    average.restore(_below("average.", tensors))
    _restore_optimiser(optimiser, _below("optimiser.", tensors))
    scaler.load_state_dict(facts.get("scaler", {}))
    return int(facts["step"]), float(facts.get("core_seconds", 0.0))


def refuse_another_run(run: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Going on with other settings or data would make a model that no command makes again.

    A setting that was not possible yet when the run began has to be off.
    """
    now = json.loads(json.dumps(now))
    changed = sorted(name for name in now if (before[name] != now[name] if name in before else now[name]))
    if changed:
        told = "; ".join(f"{name} was {before.get(name)!r}, is {now[name]!r}" for name in changed)
        raise RequestError(
            f"{run} holds a run with other settings ({told}). "
            "Use the same settings to go on, or name another --out."
        )


def _optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    state = optimiser.state_dict()["state"]
    return {f"optimiser.{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def _restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    whole = optimiser.state_dict()
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({**whole, "state": state})
    for parameter, moments in optimiser.state.items():
        for name, value in moments.items():
            if value.shape == parameter.shape:  # a fused step reads moments in the memory order of the weight
                moments[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
