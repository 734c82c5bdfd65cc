"""`python -m generation phantoms`: the project's own radiographs."""

import argparse
from pathlib import Path

from generation.commands.console import progress_bar, say

SUMMARY = "make knee radiograph phantoms with known grade, side, age, BMI and joint space"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, required=True, metavar="N", help="how many films")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--size", type=int, default=96, metavar="PX", help="64 to 1024 (default 96)")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same phantoms (default 0)")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="P", help="how many at a time (default 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    from generation.phantoms.write import write_phantoms

    manifest = write_phantoms(
        arguments.out,
        count=arguments.count,
        size=arguments.size,
        seed=arguments.seed,
        processes=arguments.processes,
        on_progress=progress_bar("film"),
    )
    say(f"{arguments.count} phantoms of {arguments.size} px in {arguments.out}, listed in {manifest}")
    return 0
