"""`python -m generation redraw`: a real film at the other grades."""

import argparse
from pathlib import Path

from generation.commands.console import follow_images, say
from generation.commands.sample import read_conditions
from generation.stopping import stop_signal

SUMMARY = "draw a film again at every other grade, or at other values of another condition"
#: A film that comes back with more than this is unlike all that the checkpoint knows.
_MUCH = 0.01


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("films", nargs="+", type=Path, metavar="FILM", help="square, one grey channel")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="images/ with their manifest, redrawn.png and redrawn.csv; resumed where it exists",
    )
    parser.add_argument(
        "--condition",
        action="append",
        required=True,
        metavar="KEY=VALUE",
        help="what the films show; at least the condition that changes",
    )
    parser.add_argument(
        "--through", default="grade", metavar="KEY", help="the condition that changes (default grade)"
    )
    parser.add_argument(
        "--depth",
        type=float,
        default=0.95,
        help="how far into the noise, above 0 to 1: deeper changes more (default 0.95)",
    )
    parser.add_argument("--steps", type=int, default=30, help="each way (default 30)")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="default: the one in the package")
    parser.add_argument("--threads", type=int, help="films at a time on a CPU (default: the cores)")
    parser.add_argument("--cpu", action="store_true", help="leave the GPU alone")


def run(arguments: argparse.Namespace) -> int:
    from generation.sampling.redraw import redraw

    with stop_signal() as asked:
        made = redraw(
            arguments.films,
            out=arguments.out,
            shown=read_conditions(arguments.condition),
            through=arguments.through,
            depth=arguments.depth,
            steps=arguments.steps,
            checkpoint=arguments.checkpoint,
            threads=arguments.threads,
            cpu=arguments.cpu,
            on_progress=follow_images(),
            should_stop=asked,
        )
    if made.summary.first:
        say(f"the film, then {arguments.through} {', '.join(map(str, made.stages))}: {made.sheet}")
        say(f"drawn again as it is, a film differs from itself by {made.error:.4f} of the grey range at most")
        if made.error > _MUCH:
            say("That is much: the film is unlike those that the checkpoint learned from.")
    return 0
