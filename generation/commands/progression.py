"""`python -m generation progression`: one patient through the grades."""

import argparse
from pathlib import Path

from generation.commands.console import follow_images, say
from generation.commands.sample import add_picture_arguments, picture_values
from generation.stopping import stop_signal

SUMMARY = "show the same patient at every grade, or at every value of another condition"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="images/ with their manifest, and progression.png; resumed where it exists",
    )
    parser.add_argument(
        "--through", default="grade", metavar="KEY", help="the condition that changes (default grade)"
    )
    parser.add_argument("--patients", type=int, default=1, metavar="N", help="how many patients (default 1)")
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from generation.sampling.progression import progression

    with stop_signal() as asked:
        made = progression(
            picture_values(arguments),
            through=arguments.through,
            patients=arguments.patients,
            on_progress=follow_images(),
            should_stop=asked,
        )
    if made.summary.first:
        say(said(arguments.through, made.stages, made.sheet))
    return 0


def said(through: str, stages: tuple[object, ...], sheet: Path) -> str:
    return f"{through} {', '.join(map(str, stages))}, from left to right: {sheet}"
