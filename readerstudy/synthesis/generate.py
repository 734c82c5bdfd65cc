"""Generate synthetic images. Knows neither studies nor a database, so that commands run without one."""

import importlib.util
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generation
from generation import GenerationError
from generation.commands.sample import request_values
from readerstudy.synthesis.errors import GenerationNotInstalled, SynthesisError

if TYPE_CHECKING:
    from generation import Progress, SampleRequest, SampleSummary

OnProgress = Callable[["Progress"], None]


def request_of(values: Mapping[str, Any]) -> "SampleRequest":
    """A checked request from plain values, such as a form's or a command's."""
    try:
        given = {name: value for name, value in values.items() if value is not None}
        usual = {"steps": generation.usual_steps(given.get("sampler", ""))}
        return generation.SampleRequest(**{**usual, **given})
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def values_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What `request_of` takes, from the options of a command that has `add_request_arguments`."""
    try:
        return request_values(Namespace(**options))
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def generate(
    request: "SampleRequest",
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> "SampleSummary":
    """Images in a folder with their manifest. Torch is loaded here, and nowhere else in the platform."""
    if importlib.util.find_spec("torch") is None:
        raise GenerationNotInstalled
    try:
        return generation.sample(request, on_progress=on_progress, should_stop=should_stop)
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def checkpoint_path(name: str) -> Path | None:
    """A checkpoint as a user names it; empty for the bundled one."""
    return Path(name) if name else None


def model_size() -> int:
    """The side of the bundled model's images in pixels."""
    return generation.describe_checkpoint(generation.bundled_checkpoint()).size
