"""`python -m generation.bench`: all parts, or some, on this machine; JSON, and its section of a page."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from generation.bench.page import rewrite
from generation.cards import bundled_checkpoint, describe_checkpoint
from generation.errors import GenerationError, RequestError

if TYPE_CHECKING:
    import torch

    from generation.bench.measuring import Part
    from generation.bench.plans import Plan
    from generation.bench.results import Results

PARTS = ("sampling", "training", "attention", "kernels", "quality", "scaling")
NO_LUCIDRAINS = (
    "lucidrains' denoising-diffusion-pytorch is not installed: it was left out. Install it with "
    "`pip install --no-deps denoising-diffusion-pytorch einops ema-pytorch pytorch-fid`."
)


def main(words: Sequence[str] | None = None) -> int:
    parser = _parser()
    arguments = parser.parse_args(words)
    if bool(arguments.checkpoint) != bool(arguments.real):
        parser.error("--checkpoint and --real go together: a model, and images such as it was trained on")
    if arguments.out is None and arguments.page is None:
        parser.error("say --out JSON, or --page JSON")
    try:
        if arguments.page:
            rewrite(arguments.into, json.loads(arguments.page.read_text(encoding="utf-8")))
            return 0
        return _measure(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("stopped: run the same command again to go on\n")
    except GenerationError as problem:
        sys.stderr.write(f"{problem}\n")
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"{arguments.page or arguments.out}: {problem}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generation.bench", description="speed beside peers")
    parser.add_argument(
        "--out", type=Path, metavar="JSON", help="where the figures go; what is there already stays"
    )
    parser.add_argument("--page", type=Path, metavar="JSON", help="write an earlier run into a page instead")
    parser.add_argument(
        "--into", type=Path, default=Path("docs/benchmarks.md"), help="that page (%(default)s)"
    )
    parser.add_argument("--toy", action="store_true", help="tiny networks, to try it on a CPU")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="+", type=int, metavar="PX", help="some image sizes only")
    parser.add_argument(
        "--minutes", type=float, default=9.5, help="for each part and image size (%(default)s)"
    )
    parser.add_argument("--checkpoint", type=Path, help="for quality: a model (default: the one bundled)")
    parser.add_argument(
        "--real", type=Path, metavar="DIR", help="for quality: its images (default: phantoms)"
    )
    parser.add_argument("--count", type=int, help="for quality: images a setting (1000; 10 with --toy)")
    parser.add_argument(
        "--inception", type=Path, metavar="WEIGHTS", help="for quality: FID instead of our own extractor"
    )
    return parser


def _measure(arguments: argparse.Namespace) -> int:
    import torch

    from generation.bench import measuring, networks, timing
    from generation.bench.plans import HEADLINE, TOY
    from generation.bench.results import Results

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan = TOY if arguments.toy else HEADLINE
    known = [config.size for config in plan.networks]
    if unknown := set(arguments.sizes or known) - set(known):
        raise RequestError(f"--sizes: {sorted(unknown)} px are not measured here; choose among {known}")
    if "quality" in arguments.parts:
        describe_checkpoint(arguments.checkpoint or bundled_checkpoint())  # refused now, not after an hour
    results = Results(arguments.out, timing.machine(device), asdict(plan))
    results.leave_out("lucidrains", None if networks.lucidrains_package() else NO_LUCIDRAINS)
    for part in _parts(arguments, plan, device, results):
        measuring.carry_out(part, results, arguments.minutes)
    for sentence in results.sentences:
        sys.stderr.write(f"{sentence}\n")
    for row in results.failures:
        sys.stderr.write(f"{json.dumps(row)}\n")
    return 1 if results.failures else 0


def _parts(
    arguments: argparse.Namespace, plan: "Plan", device: "torch.device", results: "Results"
) -> Iterator["Part"]:
    """In the order of the page; the largest images, which are the headline, first."""
    from generation.bench import inside, quality, sampling, scaling, training

    sized = {
        "sampling": sampling.sampling_part,
        "training": training.training_part,
        "attention": inside.attention_part,
        "kernels": inside.kernels_part,
    }
    chosen = [one for one in plan.networks if not arguments.sizes or one.size in arguments.sizes]
    for name in sorted(set(arguments.parts), key=PARTS.index):
        if name in sized:
            yield from (sized[name](plan, config, device) for config in chosen)
        elif name == "quality":
            yield quality.quality_part(
                plan,
                quality.Subject(
                    checkpoint=arguments.checkpoint or bundled_checkpoint(),
                    real=arguments.real,
                    count=arguments.count or plan.quality_count,
                    work=arguments.out.with_name(f"{arguments.out.name}.images"),
                    inception=arguments.inception,
                ),
            )
        else:
            yield scaling.scaling_part(plan, chosen, lambda: results.rows("sampling"))


if __name__ == "__main__":
    sys.exit(main())
