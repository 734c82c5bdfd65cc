"""`python -m generation report`: all evidence on one page."""

import argparse
from pathlib import Path

from generation.commands.console import say

SUMMARY = "put the evidence on one HTML page, by the criteria of the FDA's scorecard"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("records", type=Path, nargs="+", metavar="DIR", help="output folders of the evidence")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: evidence.html in the first folder")
    parser.add_argument("--title", default="Synthetic radiographs: the evidence")
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="the released images, for compliance")
    parser.add_argument(
        "--study", type=Path, metavar="BUNDLE", help="a reader study's bundle, for human-based evaluation"
    )


def run(arguments: argparse.Namespace) -> int:
    from generation.evidence.report import write_report

    out = arguments.out or arguments.records[0] / "evidence.html"
    write_report(
        arguments.records, out, title=arguments.title, dataset=arguments.dataset, study=arguments.study
    )
    say(f"report: {out}")
    return 0
