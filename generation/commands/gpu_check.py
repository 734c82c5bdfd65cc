"""`python -m generation gpu-check`: whether everything that uses a GPU works on this one."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from generation.commands.console import say

if TYPE_CHECKING:
    from generation.gpu_check import Outcome

NAME = "gpu-check"
SUMMARY = "check in five minutes that training, sampling and evidence work on this machine's GPUs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cpu", action="store_true", help="rehearse the same checks on the CPU")
    parser.add_argument("--no-compile", action="store_true", help="leave out torch.compile (minutes)")


def run(arguments: argparse.Namespace) -> int:
    import torch

    from generation.gpu_check import check_gpu

    with tempfile.TemporaryDirectory() as work:
        outcomes = check_gpu(
            Path(work), cpu=arguments.cpu, compiled=not arguments.no_compile, on_outcome=_tell
        )
    failed = [outcome for outcome in outcomes if outcome.failure]
    where = "the CPU (a rehearsal)" if arguments.cpu else torch.cuda.get_device_name()
    seconds = sum(outcome.seconds for outcome in outcomes)
    if failed:
        say(f"FAILED on {where}: {len(failed)} of {len(outcomes)} checks, {seconds:.0f} s")
        return 1
    say(f"passed on {where}: {len(outcomes)} checks, {seconds:.0f} s")
    return 0


def _tell(outcome: "Outcome") -> None:
    if outcome.failure:
        say(f"FAIL  {outcome.name} ({outcome.seconds:.1f} s)\n      {outcome.failure}")
    elif outcome.skipped:
        say(f"skip  {outcome.name}: {outcome.skipped}")
    else:
        say(f"ok    {outcome.name} ({outcome.seconds:.1f} s)")
