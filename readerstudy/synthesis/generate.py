"""Generate synthetic images, and put them into a source of a study with their provenance."""

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generation
from generation import GenerationError
from readerstudy.accounts.models import User
from readerstudy.synthesis.errors import GenerationNotInstalled, NotACondition, SynthesisError
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.models import Source
from readerstudy.truth.sources import describe_generator

if TYPE_CHECKING:
    from generation import Progress, SampleRequest, SampleSummary

OnProgress = Callable[["Progress"], None]
STEPS = generation.usual_steps("unipc")


def request_of(values: Mapping[str, Any]) -> "SampleRequest":
    """A checked request from plain values, such as a form's or a command's."""
    try:
        return generation.SampleRequest(
            **{"steps": generation.usual_steps(values.get("sampler", "")), **values}
        )
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def conditions_of(pairs: Iterable[str]) -> dict[str, str]:
    """KEY=VALUE texts as a mapping."""
    conditions = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise NotACondition(f"{pair!r} is no condition. Write KEY=VALUE, such as grade=3.")
        conditions[key.strip()] = value.strip()
    return conditions


def generate(
    request: "SampleRequest",
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> "SampleSummary":
    """Images in a folder with their manifest. Torch is loaded here, and nowhere else in the platform."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        raise GenerationNotInstalled
    try:
        return generation.sample(request, on_progress=on_progress, should_stop=should_stop)
    except GenerationError as error:
        raise SynthesisError(str(error)) from error


def add_to_source(
    source: Source, request: "SampleRequest", summary: "SampleSummary", *, by: User
) -> ImportSummary:
    """Import what was generated into a source, and describe its generator there."""
    imported = import_images(source, [request.out], by=by, manifest=summary.manifest)
    sampler = {key: value for key, value in asdict(request).items() if key in _SAMPLER}
    describe_generator(
        source,
        by=by,
        checkpoint_digest=summary.checkpoint_digest,
        sampler=sampler | {"conditions": dict(request.conditions)},
        generated=summary.total,
        rejected=source.rejected or 0,
        rejection_rule=source.rejection_rule or "None: every image that was generated is in the source.",
    )
    return imported


_SAMPLER = (
    *("sampler", "steps", "guidance", "guidance_rescale", "guidance_interval", "seed"),
    *("precision", "compiled"),
)


def checkpoint_path(name: str) -> Path | None:
    """A checkpoint as a user names it; empty for the bundled one."""
    return Path(name) if name else None


def model_size() -> int:
    """The side of the bundled model's images in pixels."""
    return generation.describe_checkpoint(generation.bundled_checkpoint()).size
