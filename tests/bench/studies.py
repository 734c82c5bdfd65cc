"""Studies of any size for the benchmarks, drawn from crossed effects."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

SOURCES = ("real", "checkpoint-a", "checkpoint-b", "checkpoint-c")


def write_quartets(folder: Path, *, readers: int, trials: int, seed: int = 1) -> int:
    """Write a bundle in which every reader picks among and rates every quartet; return its answers."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    (folder / "study.json").write_text(json.dumps(_study()), encoding="utf-8")
    realism = rng.normal(0, 0.6, (1, trials, 4)) + rng.normal(0, 1, (readers, trials, 4))
    realism[..., 0] += 0.15
    slot = rng.random((readers, trials, 4)).argsort(axis=2) + 1
    picked = realism.argmax(axis=2)
    leniency = rng.normal(0, 0.4, (readers, 1, 1))
    rating = 1 + ((realism + leniency)[..., None] > np.array([-2.0, -0.8, 0.4])).sum(axis=3)
    order = rng.random((readers, trials)).argsort(axis=1) + 1
    reader, trial = (place.ravel() for place in np.indices((readers, trials)))
    names = np.array(SOURCES)
    picks = pd.DataFrame(
        {
            "section": "quartets",
            "reader": _named("R", reader),
            "trial": _named("T", trial),
            "order": order.ravel(),
            "picked": names[picked.ravel()],
            "correct": (picked.ravel() == 0).astype(int),
            "slot_picked": np.take_along_axis(slot, picked[..., None], axis=2).ravel(),
            "slot_real": slot[..., 0].ravel(),
            "response_ms": np.exp(rng.normal(9.5, 0.4, reader.size)).astype(int),
        }
    )
    reader, trial, source = (place.ravel() for place in np.indices((readers, trials, 4)))
    ratings = pd.DataFrame(
        {
            "section": "quartets",
            "reader": _named("R", reader),
            "trial": _named("T", trial),
            "image": _named("I", 4 * trial + source),
            "source": names[source],
            "slot": slot.ravel(),
            "order": np.repeat(order.ravel(), 4),
            "rating": rating.ravel(),
        }
    )
    picks.to_csv(folder / "picks.csv", index=False)
    ratings.to_csv(folder / "ratings.csv", index=False)
    return len(picks) + len(ratings)


def _named(letter: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(letter, numbers.astype(str))


def _study() -> dict[str, object]:
    kinds = [{"name": name, "kind": "real" if name == "real" else "synthetic"} for name in SOURCES]
    return {
        "title": "A large study of quartets, simulated",
        "sources": kinds,
        "scale": {"points": [1, 2, 3, 4]},
        "margins": {"detection": 0.10, "realism": 0.25},
        "sections": [{"name": "quartets", "task": "pick_real", "alternatives": 4}],
    }
