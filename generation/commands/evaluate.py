"""`python -m generation evaluate`: how near synthetic images come to real ones."""

import argparse
from pathlib import Path

from generation.commands.console import say, stage_progress

_PARTS = {"held-out": ("val", "test"), "all": None}
SUMMARY = "measure synthetic against real radiographs: distances with floors, machine reader, label fidelity"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--real", type=Path, required=True, metavar="PATH", help="a folder or manifest")
    parser.add_argument("--synthetic", type=Path, required=True, metavar="PATH", help="a folder or manifest")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the records")
    parser.add_argument(
        "--real-part",
        choices=("held-out", "train", "val", "test", "all"),
        default="held-out",
        help="which real images: held-out (the default) are val and test, which no training has seen",
    )
    parser.add_argument(
        "--inception",
        type=Path,
        metavar="FILE",
        help="pt_inception-2015-12-05-6726825d.pth: only with it is the distance a FID; mind --size",
    )
    parser.add_argument(
        "--features",
        choices=("own", "domain"),
        default="own",
        help="own (the default): learned from the training part of --real; domain: the package's network",
    )
    parser.add_argument("--conditions", metavar="A,B", help="measure by these labels (default: all shared)")
    parser.add_argument(
        "--label", help="the label that a classifier checks (default: grade, where there is one)"
    )
    parser.add_argument(
        "--phantoms", action="store_true", help="both sets are phantoms: measure joint spaces"
    )
    parser.add_argument(
        "--splits", type=int, default=10, metavar="N", help="floors, real to real (default 10)"
    )
    parser.add_argument("--replicates", type=int, default=200, metavar="N", help="bootstrap (default 200)")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals (default 0.95)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (default 0)")
    parser.add_argument(
        "--size",
        type=int,
        default=128,
        metavar="PX",
        help="side that all images are brought to (default 128)",
    )
    parser.add_argument(
        "--classifier-steps",
        type=int,
        default=600,
        metavar="N",
        help="training of the label and machine readers' networks; 0 leaves these out (default 600)",
    )
    parser.add_argument("--cpu", action="store_true", help="leave the GPU alone")


def run(arguments: argparse.Namespace) -> int:
    from generation.evidence.classifier import Recipe
    from generation.evidence.quality import Plan
    from generation.evidence.runs import evaluate

    plan = Plan(
        splits=arguments.splits, replicates=arguments.replicates, level=arguments.level, seed=arguments.seed
    )
    found = evaluate(
        arguments.real,
        arguments.synthetic,
        arguments.out,
        real_parts=_PARTS.get(arguments.real_part, (arguments.real_part,)),
        inception=arguments.inception,
        features=arguments.features,
        conditions=arguments.conditions.split(",") if arguments.conditions else None,
        label=arguments.label,
        phantoms=arguments.phantoms,
        plan=plan,
        recipe=Recipe(steps=arguments.classifier_steps) if arguments.classifier_steps else None,
        size_px=arguments.size,
        cpu=arguments.cpu,
        on_progress=stage_progress(),
    )
    for row in found.metrics:
        say(
            f"{row.group:12} {row.name:44} n {row.n:<6} {row.value.text(4)}   "
            f"real to real {row.floor.text(4)}"
        )
    if found.controls:
        for control in found.controls.rows:
            say(
                f"control: {control.name:32} kid {control.kid:<10.4g} fd {control.fd:<10.4g} precision "
                f"{control.precision:.2f}   {'told' if control.told else 'NOT TOLD'}"
            )
        say(found.controls.verdict)
    for refused in found.too_few:
        say(f"not measured: {refused}")
    for reader in found.readers:
        say(f"machine reader, {reader.name}: AUC {reader.auc.text(3)}")
    if found.called:
        asked, ceiling = found.called.synthetic, found.called.heldout
        say(f"label fidelity: κ {asked.quadratic_kappa.text(2)}; real {ceiling.quadratic_kappa.text(2)}")
    if found.measured:
        say(
            f"joint space against grade: ρ {found.measured.synthetic_rho:.2f}; "
            f"real {found.measured.real_rho:.2f}"
        )
    say(f"records in {arguments.out}; `python -m generation report {arguments.out}` makes the page")
    return 0
