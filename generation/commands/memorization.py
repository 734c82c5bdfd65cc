"""`python -m generation memorization`: does the generator repeat its training patients?"""

import argparse
from pathlib import Path

from generation.commands.console import say, stage_progress

SUMMARY = "look for synthetic images that copy training images"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True, metavar="PATH", help="what the model was shown")
    parser.add_argument("--synthetic", type=Path, required=True, metavar="PATH", help="a folder or manifest")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the record and the pairs")
    parser.add_argument(
        "--heldout",
        type=Path,
        metavar="PATH",
        help="other patients (default: val and test parts of --train)",
    )
    parser.add_argument("--mirrored", action="store_true", help="also look for mirrored copies")
    parser.add_argument("--seed", type=int, default=0, help="which film stands for a patient (default 0)")
    parser.add_argument(
        "--size",
        type=int,
        default=128,
        metavar="PX",
        help="side that all images are brought to (default 128)",
    )
    parser.add_argument("--cpu", action="store_true", help="leave the GPU alone")


def run(arguments: argparse.Namespace) -> int:
    from generation.evidence.runs import memorization

    found = memorization(
        arguments.train,
        arguments.synthetic,
        arguments.out,
        heldout=arguments.heldout,
        mirrored=arguments.mirrored,
        seed=arguments.seed,
        size_px=arguments.size,
        cpu=arguments.cpu,
        on_progress=stage_progress(),
    )
    for view in found.views:
        say(
            f"{view.name:28} ratio to held-out {view.ratio:.3f} (p {view.p_holm:.3g})   closest tail "
            f"{view.tail_count}, expected {view.tail_expected:.0f} (p {view.tail_p_holm:.3g})"
        )
    say(("Copies are suspected: " if found.suspected else "No sign of copies: ") + found.sentence)
    say(f"the closest pairs: {arguments.out / 'pairs.png'}, all pairs: {arguments.out / 'pairs.csv'}")
    return 0
