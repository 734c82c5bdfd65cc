"""`python -m generation sample`: synthetic images with their manifest."""

import argparse
from pathlib import Path
from typing import Any, get_args

from generation.commands.console import follow_images, say
from generation.conditions import parse_condition
from generation.errors import RequestError
from generation.sampling.installed import CHOICES, backend_of
from generation.sampling.request import (
    ANCESTRAL_STEPS,
    BATCH,
    FORMATS,
    SAMPLERS,
    STEPS,
    Precision,
    SampleRequest,
    usual_steps,
)
from generation.stopping import stop_signal

SUMMARY = "make synthetic radiographs from a checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_out_argument(parser)
    add_request_arguments(parser)


def add_out_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="new, empty, or of this request"
    )


def add_request_arguments(parser: argparse.ArgumentParser) -> None:
    """What decides the images, for every command that makes some."""
    parser.add_argument("--count", type=int, required=True, metavar="N", help="how many images")
    add_picture_arguments(parser)


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """All but how many."""
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="default: the one in the package")
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="what to show; KEY= leaves it open; not named: drawn as the training data had it",
    )
    parser.add_argument("--guidance", type=float, default=1.0, help="how strictly (default 1: no guidance)")
    parser.add_argument("--guidance-rescale", type=float, default=0.7, metavar="R", help="default 0.7")
    parser.add_argument(
        "--guidance-interval",
        type=float,
        nargs=2,
        default=(0.0, 1.0),
        metavar=("LOW", "HIGH"),
        help="noise levels, between 0 and 1, at which guidance acts (default all)",
    )
    parser.add_argument("--steps", type=int, help=f"default {STEPS}; {ANCESTRAL_STEPS} for ddpm")
    parser.add_argument("--sampler", choices=SAMPLERS, default="unipc", help="solver (default unipc)")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same images (default 0)")
    parser.add_argument("--format", choices=FORMATS, default="png16", help="of the files (default png16)")
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        default="float32",
        help="of the network (default float32); bfloat16 is faster, most of all on a GPU",
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="compile the network first (minutes): for a GPU; other bytes than without",
    )
    parser.add_argument(
        "--backend",
        choices=CHOICES,
        default="torch",
        help="what runs the network on a CPU (default torch); fast: the fastest installed; other bytes each",
    )
    parser.add_argument(
        "--batch",
        type=int,
        default=BATCH,
        metavar="N",
        help=f"images at a time on a GPU (default {BATCH}); another number may change the last bit of images",
    )
    parser.add_argument("--threads", type=int, help="images at a time on a CPU (default: the cores)")
    parser.add_argument("--cpu", action="store_true", help="leave the GPU alone")


def read_request(arguments: argparse.Namespace) -> SampleRequest:
    return SampleRequest(**request_values(arguments))


def request_values(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of a SampleRequest, from what `add_request_arguments` takes and --out."""
    return {"count": arguments.count, **picture_values(arguments)}


def picture_values(arguments: argparse.Namespace) -> dict[str, Any]:
    backend, told = backend_of(arguments.backend)
    if told:
        say(told)
    return {
        "out": arguments.out,
        "checkpoint": arguments.checkpoint,
        "conditions": read_conditions(arguments.condition),
        "guidance": arguments.guidance,
        "guidance_rescale": arguments.guidance_rescale,
        "guidance_interval": tuple(arguments.guidance_interval),
        "steps": usual_steps(arguments.sampler) if arguments.steps is None else arguments.steps,
        "sampler": arguments.sampler,
        "seed": arguments.seed,
        "format": arguments.format,
        "precision": arguments.precision,
        "compiled": arguments.compile,
        "backend": backend,
        "batch": arguments.batch,
        "threads": arguments.threads,
        "cpu": arguments.cpu,
    }


def read_conditions(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in map(parse_condition, texts):
        if name in found:
            raise RequestError(f"--condition {name}={value}: {name} is {found[name] or 'left open'} already")
        found[name] = value
    return found


def run(arguments: argparse.Namespace) -> int:
    from generation.sampling.run import sample

    request = read_request(arguments)
    with stop_signal() as asked:
        summary = sample(request, on_progress=follow_images(), should_stop=asked)
    if not summary.first:
        return 0
    say(
        f"{summary.made} images made in {summary.seconds:.1f} s; {summary.total} listed in {summary.manifest}"
    )
    return 0
