"""`python -m generation.bench`: all parts, or some, on this machine; JSON, and its section of a page."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generation.bench.page import rewrite
from generation.errors import GenerationError

PARTS = ("sampling", "training", "attention", "kernels", "quality", "scaling")


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    if arguments.page:
        return _write_page(arguments.page, arguments.into)
    if arguments.out is None:
        _parser().error("say --out JSON, or --page JSON")
    result = _measure(arguments)
    unfinished = arguments.out.with_name(arguments.out.name + ".part")
    unfinished.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(arguments.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generation.bench", description="speed beside peers")
    parser.add_argument("--out", type=Path, metavar="JSON", help="where the figures go")
    parser.add_argument("--page", type=Path, metavar="JSON", help="write an earlier run into a page instead")
    parser.add_argument(
        "--into", type=Path, default=Path("docs/benchmarks.md"), help="that page (%(default)s)"
    )
    parser.add_argument("--toy", action="store_true", help="tiny networks, to try it on a CPU")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--checkpoint", type=Path, help="for quality: a model trained on --real")
    parser.add_argument("--real", type=Path, metavar="DIR", help="for quality: the real images")
    parser.add_argument("--count", type=int, default=1000, help="for quality: images a setting")
    return parser


def _write_page(run: Path, page: Path) -> int:
    try:
        rewrite(page, json.loads(run.read_text(encoding="utf-8")))
    except (GenerationError, OSError, ValueError) as problem:
        sys.stderr.write(f"{page}: {problem}\n" if isinstance(problem, ValueError) else f"{problem}\n")
        return 1
    return 0


def _measure(arguments: argparse.Namespace) -> dict[str, Any]:
    import torch

    from generation.bench import parts, timing

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan = parts.TOY if arguments.toy else parts.HEADLINE
    result: dict[str, Any] = {
        "machine": timing.machine(device),
        "settings": asdict(plan),
        "left_out": parts.left_out(),
        "seconds": {},
    }
    for sentence in result["left_out"]:
        sys.stderr.write(f"{sentence}\n")
    runs = {
        "sampling": parts.sampling,
        "training": parts.training,
        "attention": parts.attention,
        "kernels": parts.kernels,
    }
    for name in arguments.parts:
        started = time.perf_counter()
        if name in runs:
            result[name] = list(_told(name, runs[name](plan, device)))
        elif name == "quality" and arguments.checkpoint and arguments.real:
            result[name] = list(_told(name, _quality(arguments)))
        elif name == "quality":
            result["left_out"].append("quality needs --checkpoint and --real: it was left out.")
            sys.stderr.write(f"{result['left_out'][-1]}\n")
        elif name == "scaling":
            result[name] = scaling(result.get("sampling", []))
        result["seconds"][name] = time.perf_counter() - started
    return result


def _quality(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from generation.bench.quality import quality

    few = {"steps": (2,), "reference_steps": 4, "guidances": (1.0,)} if arguments.toy else {}
    return quality(arguments.checkpoint, arguments.real, count=arguments.count, **few)  # type: ignore[arg-type]


def scaling(sampling: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Images a second over GPUs, computed from one: images are independent, so the count multiplies."""
    rows = []
    for size in sorted({row["size"] for row in sampling}):
        ours = [
            row
            for row in sampling
            if row["size"] == size and row["what"] == "ours" and row["guidance"] != 1.0
        ]
        speed = 1.0 / min(row["seconds_per_image"] for row in ours)
        for devices in (1, 2, 4, 8):
            total = speed * devices
            rows.append(
                {
                    "size": size,
                    "devices": devices,
                    "images_per_second": total,
                    "hours_20000": 20_000 / total / 3600,
                    "hours_1000000": 1_000_000 / total / 3600,
                    "how": "measured" if devices == 1 else "computed from one device",
                }
            )
    return rows


def _told(name: str, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        sys.stderr.write(f"{name}: {json.dumps(row)}\n")
        yield row


if __name__ == "__main__":
    sys.exit(main())
