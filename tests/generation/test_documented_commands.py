"""Commands in the documentation are taken as they are written, with settings and presets that exist."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from generation.__main__ import main
from generation.commands import evaluate, gpu_check, memorization, phantoms, release, report, sample, utility
from generation.commands import train as train_command
from generation.training.config import TrainConfig, load_config, overridden

DOCS = Path(__file__).parents[2] / "docs"
MODULES = (evaluate, gpu_check, memorization, phantoms, release, report, sample, train_command, utility)
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks() -> list[str]:
    """Fenced blocks with a command in them, a command a line."""
    pages = "".join((DOCS / name).read_text() for name in ("generation.md", "evidence.md", "gpu.md"))
    joined = (block.replace("\\\n", " ").replace(" && ", "\n") for block in _BLOCK.findall(pages))
    return [block for block in joined if "-m generation " in block]


def _words(block: str) -> list[list[str]]:
    lines = (line for line in block.splitlines() if "-m generation " in line)
    return [shlex.split(line.partition("-m generation ")[2]) for line in lines]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[argparse.Namespace]:
    """What the commands are asked for; none is carried out."""
    found: list[argparse.Namespace] = []
    for module in MODULES:
        monkeypatch.setattr(module, "run", lambda arguments: found.append(arguments) or 0)
    return found


def _config(arguments: argparse.Namespace) -> TrainConfig:
    return overridden(load_config(arguments.config or "default"), arguments.set, steps=arguments.steps)


def test_every_command_of_the_docs_is_taken(asked: list[argparse.Namespace]) -> None:
    lines = [words for block in _blocks() for words in _words(block)]
    for words in lines:
        assert main(words) == 0
    assert len(asked) == len(lines) > 15
    for arguments in (one for one in asked if one.command == "train"):
        assert _config(arguments).steps > 0


def test_the_checkpoint_that_a_block_takes_up_is_the_last_of_its_training(
    asked: list[argparse.Namespace],
) -> None:
    seen = 0
    for block in _blocks():
        asked.clear()
        for words in _words(block):
            main(words)
        steps = {_config(one).steps for one in asked if one.command == "train"}
        named = {
            int(number)
            for number in re.findall(r"(?:cp|--checkpoint) run(?:-2)?/checkpoints/step-(\d+)", block)
        }
        assert named <= steps
        seen += len(named)
    assert seen >= 3
