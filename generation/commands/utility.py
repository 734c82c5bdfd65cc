"""`python -m generation utility`: does training with synthetic images help a classifier?"""

import argparse
from pathlib import Path

from generation.commands.console import say, stage_progress
from generation.errors import RequestError

SUMMARY = "train classifiers with and without synthetic images and compare them on real patients"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--real", type=Path, required=True, metavar="PATH", help="a folder or manifest")
    parser.add_argument(
        "--synthetic", action="append", required=True, metavar="NAME=PATH", help="repeat for each generator"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the record")
    parser.add_argument("--test", type=Path, metavar="PATH", help="test patients (default: a part of --real)")
    parser.add_argument("--condition", default="grade", help="what is classified (default grade)")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="trainings of each arm (default 5)")
    parser.add_argument("--steps", type=int, default=600, metavar="N", help="of each training (default 600)")
    parser.add_argument("--size", type=int, default=64, metavar="PX", help="that the net sees (default 64)")
    parser.add_argument("--replicates", type=int, default=1000, metavar="N", help="bootstrap (default 1000)")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals (default 0.95)")
    parser.add_argument("--seed", type=int, default=0, help="of the first training (default 0)")
    parser.add_argument("--cpu", action="store_true", help="leave the GPU alone")


def run(arguments: argparse.Namespace) -> int:
    from generation.evidence.classifier import Recipe
    from generation.evidence.runs import utility
    from generation.evidence.utility import Judging

    found = utility(
        arguments.real,
        _named(arguments.synthetic),
        arguments.out,
        test=arguments.test,
        condition=arguments.condition,
        recipe=Recipe(steps=arguments.steps, size_px=arguments.size),
        judging=Judging(
            seeds=arguments.seeds,
            replicates=arguments.replicates,
            level=arguments.level,
            seed=arguments.seed,
        ),
        cpu=arguments.cpu,
        on_progress=stage_progress(),
    )
    for arm in found.arms:
        recalls = " ".join(f"{value:.2f}" for value in arm.recall)
        say(
            f"{arm.name:24} n {arm.n_train:<6} balanced accuracy {arm.balanced_accuracy.text(3)}   "
            f"κ {arm.quadratic_kappa.text(3)}   recall {recalls}"
        )
    for one in found.against:
        say(
            f"{one.arm:24} against real: {one.gain.text(3)}, p {one.p_holm:.3g} (Holm), "
            f"McNemar {one.only_arm_right} to {one.only_real_right}, p {one.mcnemar_p_holm:.3g}"
        )
    return 0


def _named(texts: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for text in texts:
        name, sign, path = text.partition("=")
        if not sign or not name or not path:
            raise RequestError(
                f"cannot read --synthetic {text!r}: write NAME=PATH, for example ddpm=out/ddpm"
            )
        if name in found:
            raise RequestError(f"--synthetic {text!r}: there is a {name!r} already. Give it another name.")
        found[name] = Path(path)
    return found
