"""Programs for the tests of program readers."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def brightest(images: Sequence[Any], question: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the brightest image, rate all alike, and say what it cost."""
    letters = [image["slot"] for image in question["screen"]["images"]]
    picked = letters[int(np.argmax([image.mean() for image in images]))]
    return {"pick": picked, "ratings": dict.fromkeys(letters, 2), "cost": 0.25}


def spy(images: Sequence[Any], question: Mapping[str, Any]) -> dict[str, Any]:
    """Look for what a program must not have."""
    found = [name for name in os.environ if name.startswith(("DATABASE", "READERSTUDY", "SECRET", "DJANGO"))]
    raise RuntimeError(f"found {found}")


def crash_at_the_second(images: Sequence[Any], question: Mapping[str, Any]) -> dict[str, Any]:
    if question["section"]["answered"]:
        raise ValueError("no idea")
    return brightest(images, question)


def nonsense(images: Sequence[Any], question: Mapping[str, Any]) -> dict[str, Any]:
    return {"pick": "Z", "ratings": {}}
