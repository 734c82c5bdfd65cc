"""`manage.py generate_synthetic` takes what `python -m generation sample` takes, from one definition."""

import argparse

from generation.commands import sample
from readerstudy.synthesis.generate import request_of, values_of
from readerstudy.synthesis.management.commands.generate_synthetic import Command

OF_A_STUDY = {"--study", "--source", "--by"}
WORDS = [
    *(
        "--count",
        "3",
        "--out",
        "there",
        "--condition",
        "grade=2",
        "--condition",
        "side=",
        "--guidance",
        "1.5",
    ),
    *("--guidance-rescale", "0.5", "--guidance-interval", "0.1", "0.9", "--sampler", "ddpm", "--seed", "7"),
    *("--format", "png8", "--precision", "bfloat16", "--compile", "--batch", "4", "--threads", "2", "--cpu"),
    *("--backend", "torch"),
]


def _explained(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What the help says of each option, by its name."""
    blocks = parser.format_help().split("\n  -")
    said = ["-" + " ".join(block.split()) for block in blocks[1:]]
    return {block.split()[0]: block for block in said if not block.startswith("-h")}


def _of_the_package() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    sample.add_arguments(parser)
    return parser


def test_both_commands_have_the_same_options_with_the_same_help() -> None:
    own = argparse.ArgumentParser()
    Command().add_arguments(own)
    taken, theirs = _explained(own), _explained(_of_the_package())
    assert {name: taken[name] for name in taken if name not in OF_A_STUDY} == theirs
    assert {word for word in WORDS if word.startswith("--")} | {"--checkpoint", "--steps"} == set(theirs)


def test_the_same_words_make_the_same_request() -> None:
    there = sample.read_request(_of_the_package().parse_args(WORDS))
    here = Command().create_parser("manage.py", "generate_synthetic").parse_args(WORDS)
    assert request_of(values_of(vars(here))) == there
    assert there.steps == 1000
