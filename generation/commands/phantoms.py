"""`python -m generation phantoms`: the project's own radiographs."""

import argparse
from pathlib import Path

from generation.commands.console import progress_bar, say

KINDS = ("knee", "chest", "lesion", "volume", "cine", "knee-1")
FRAMES = 24
SUMMARY = "make phantoms of a kind, with what is true of each in a manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default="knee",
        help="knee and chest radiographs, lesions in colour, volume (CT-like) and cine (a beating heart) as "
        "TIFF of several pages; knee-1: simpler knees whose joint space callipers can measure (default knee)",
    )
    parser.add_argument("--count", type=int, required=True, metavar="N", help="how many")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--size", type=int, default=128, metavar="PX", help="64 to 1024 (default 128)")
    parser.add_argument(
        "--frames", type=int, default=FRAMES, metavar="N", help="of volume and cine (default 24)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same phantoms (default 0)")
    parser.add_argument(
        "--soften",
        type=float,
        default=0.0,
        metavar="PX",
        help="blur them, as a stand-in for a generator that loses texture (default 0)",
    )
    parser.add_argument("--colour", action="store_true", help="give grey kinds the colours of tissue")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="P", help="how many at a time (default 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    from generation.phantoms.write import write_phantoms

    manifest = write_phantoms(
        arguments.out,
        kind=arguments.kind,
        count=arguments.count,
        frames=arguments.frames,
        size=arguments.size,
        seed=arguments.seed,
        soften=arguments.soften,
        colour=arguments.colour,
        processes=arguments.processes,
        on_progress=progress_bar("phantom"),
    )
    what = f"{arguments.count} {arguments.kind} phantoms of {arguments.size} px"
    say(f"{what} in {arguments.out}, listed in {manifest}")
    return 0
