"""Generate synthetic images without studies or a database, so that commands run without one."""

import importlib.util
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import generation
from generation import GenerationError
from generation.commands.sample import request_values
from generation.sampling.request import progression_request
from readerstudy.synthesis.errors import GenerationNotInstalled, SynthesisError

if TYPE_CHECKING:
    from generation import Progress, SampleRequest, SampleSummary

OnProgress = Callable[["Progress"], None]


def request_of(values: Mapping[str, Any]) -> "SampleRequest":
    """Return a checked request from plain values, such as a form's or a command's."""
    try:
        given = {name: value for name, value in values.items() if value is not None}
        usual = {"steps": generation.usual_steps(given.get("sampler", ""))}
        return generation.SampleRequest(**{**usual, **given})
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def values_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What `request_of` takes, from the options of a command that has `add_request_arguments`."""
    with speaking_plainly():
        return request_values(Namespace(**options))


def generate(
    request: "SampleRequest",
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> "SampleSummary":
    """Generate images and their manifest into a folder. The only place where the platform loads torch."""
    require_torch()
    with speaking_plainly():
        return generation.sample(request, on_progress=on_progress, should_stop=should_stop)


def progression_of(asked: Mapping[str, Any], through: str) -> dict[str, Any]:
    """What was asked, as one patient at every value of a condition; as it was where none is named."""
    if not through:
        return dict(asked)
    with speaking_plainly():
        request, _ = progression_request({**asked, "out": "there"}, through=through)
    return {**asked, "through": through, "count": request.count}


@contextmanager
def speaking_plainly() -> Iterator[None]:
    """Turn what `generation` refuses into an error of this room."""
    try:
        yield
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def require_torch() -> None:
    if importlib.util.find_spec("torch") is None:
        raise GenerationNotInstalled


def model_size() -> int:
    """Return the side of the bundled model's images in pixels."""
    return generation.describe_checkpoint(generation.bundled_checkpoint()).size
