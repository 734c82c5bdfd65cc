"""Stand-in images and virtual readers for each published study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readerstudy.truth.virtual import Skill


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """For demonstrations only: the seeds are public, so anybody can make the images again and recognise them.

    `sampling` says for each synthetic source how the bundled model makes it; softened phantoms stand in for
    the others, for all of them without torch. `phantoms` is their kind, if not the one that fits the canvas;
    `skill` is how readers read.
    """

    name: str
    sampling: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    phantoms: str = ""
    skill: Skill = field(default_factory=Skill)


_ALL = (
    Recipe(
        name="demo",
        sampling={
            "steps-20": {"steps": 20, "seed": 1},
            "steps-10": {"steps": 10, "seed": 2},
            "steps-6": {"steps": 6, "seed": 3},
        },
        skill=Skill(accuracy=0.34),
    ),
    Recipe(
        name="cervical-quartets",
        sampling={
            "checkpoint-a": {"steps": 6, "seed": 11},
            "checkpoint-b": {"steps": 8, "seed": 12},
            "checkpoint-c": {"steps": 12, "seed": 13},
        },
        skill=Skill(accuracy=0.29),
    ),
    Recipe(
        name="pelvis-real-or-synthetic",
        sampling={"ddpm": {"steps": 10, "seed": 21}},
        skill=Skill(accuracy=0.62),
    ),
    Recipe(name="pelvis-labels", sampling={"ddpm": {"steps": 10, "seed": 31}}, skill=Skill(accuracy=0.995)),
    Recipe(
        name="knee-generators",
        sampling={
            "gan": {"steps": 3, "seed": 41},
            "ddpm-unconditional": {"steps": 12, "seed": 42, "conditions": {"grade": None, "side": None}},
            "ddpm-conditional": {"steps": 12, "seed": 43},
        },
        skill=Skill(
            accuracy=0.8, by_source={"gan": 0.625, "ddpm-unconditional": 0.167, "ddpm-conditional": 0.25}
        ),
    ),
    Recipe(
        name="knee-grades", sampling={"ddpm-by-grade": {"steps": 12, "seed": 51}}, skill=Skill(accuracy=0.9)
    ),
)

RECIPES = {recipe.name: recipe for recipe in _ALL}


def recipe_of(name: str) -> Recipe:
    """Return the recipe of a protocol; phantoms stand in wherever none is written down."""
    return RECIPES.get(name) or Recipe(name=name)
