"""`python -m generation release`: synthetic images as a dataset that can be published."""

import argparse
from pathlib import Path

from generation.commands.console import follow_images, say
from generation.commands.sample import add_request_arguments, read_request
from generation.stopping import stop_signal

SUMMARY = "make a dataset for release: images, manifest, checksums, card, licence, provenance"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the dataset; resumed where it exists"
    )
    parser.add_argument("--title", required=True, help="what the dataset is called")
    parser.add_argument("--licence", required=True, help="for example CC-BY-4.0")
    parser.add_argument("--author", required=True, help="who publishes it")
    parser.add_argument("--contact", default="", help="where to ask")
    parser.add_argument("--training-data", default="", metavar="TEXT", help="what the model was trained on")
    parser.add_argument("--exclude", type=Path, metavar="CSV", help="file,reason: images to hold back")
    add_request_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from generation.release import ReleaseRequest, read_exclusions, release

    request = ReleaseRequest(
        images=read_request(arguments),
        title=arguments.title,
        licence=arguments.licence,
        author=arguments.author,
        contact=arguments.contact,
        training_data=arguments.training_data,
        excluded=read_exclusions(arguments.exclude) if arguments.exclude else None,
    )
    with stop_signal() as asked:
        card = release(request, on_progress=follow_images(), should_stop=asked)
    say(f"dataset: {card.parent}, described in {card}")
    return 0
