"""``python -m analysis report|plan|parquet``: the analysis from the command line."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.errors import AnalysisError
from analysis.model_limit import MODEL_ANSWERS, MODELLED_STUDY

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.planning.endpoint import EndpointPlan
    from analysis.planning.plan import Plan

OK, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 on success, 1 where it was refused, 2 on wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        run = {"report": _report, "plan": _plan, "parquet": _parquet}[options.command]
        run(options)
    except AnalysisError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return FAILED
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_report(commands.add_parser("report", help="analyse a bundle and write its report"))
    _add_plan(commands.add_parser("plan", help="power of a study, by simulation"))
    _add_parquet(commands.add_parser("parquet", help="the tables of a bundle as Parquet, with their types"))
    return parser


def _add_report(parser: argparse.ArgumentParser) -> None:
    formats = ("html", "pdf", "xlsx", "csv", "json", "figures")
    parser.add_argument("bundle", help="the folder with study.json and its tables")
    parser.add_argument("--out", required=True, help="a folder that does not exist yet")
    parser.add_argument("--format", nargs="+", choices=formats, default=formats, help="default: all")
    parser.add_argument(
        "--columns",
        type=int,
        choices=(1, 2),
        default=1,
        help="of the PDF; 2 as journals set them (default: 1)",
    )
    parser.add_argument(
        "--cross-check",
        action="store_true",
        help="compute what scipy, statsmodels, krippendorff and pingouin can too, and compare in an appendix",
    )
    parser.add_argument(
        "--model-answers",
        type=int,
        metavar="N",
        help="fit mixed models to up to N answers of a section "
        f"(default: all of a study of up to {MODELLED_STUDY:,} answers, else {MODEL_ANSWERS:,})",
    )


def _add_parquet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help="the folder with study.json and its tables")
    parser.add_argument("--out", required=True, help="a folder that does not exist yet")


def _add_plan(parser: argparse.ArgumentParser) -> None:
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--task", choices=("pick_real", "call", "rate", "check_label"))
    asked.add_argument(
        "--what",
        choices=("mean", "accuracy", "sensitivity", "specificity", "share", "net", "auc", "icc"),
        help="an endpoint instead of a task",
    )
    _add_endpoint(parser)
    parser.add_argument("--alternatives", type=int, default=4, help="images of a trial of pick_real")
    parser.add_argument("--readers", type=int, required=True)
    parser.add_argument("--trials", type=int, help="of a task")
    parser.add_argument("--accuracy", type=float, help="the true rate; default: chance")
    parser.add_argument("--margin", type=float, help="of equivalence; default: 0.10 for a task")
    parser.add_argument(
        "--reader-sd",
        type=float,
        help="between readers: of a task in logits (default: 0.3), of an endpoint in its unit (default: 0.1)",
    )
    parser.add_argument("--case-icc", type=float, default=0.05, help="correlation of answers to one case")
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="joblib workers")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def _add_endpoint(parser: argparse.ArgumentParser) -> None:
    """What an endpoint needs, see `analysis.plan_endpoint`."""
    own = parser.add_argument_group("endpoint")
    own.add_argument("--cases", type=int, help="in all, or of each source where two are compared")
    own.add_argument("--expected", type=float, help="the true value, or the true difference of two sources")
    own.add_argument("--against", type=float, default=0.0, help="what it is held against")
    own.add_argument(
        "--test",
        choices=("difference", "superiority", "non_inferiority", "equivalence"),
        default="superiority",
    )
    own.add_argument("--better", choices=("higher", "lower"), default="higher", help="which side is better")
    own.add_argument("--compared", action="store_true", help="two sources are compared")
    own.add_argument("--paired", action="store_true", help="each case has an image of both sources")
    own.add_argument("--sd", type=float, default=1.0, help="of one answer")
    own.add_argument("--case-share", type=float, default=0.2, help="of the variance between cases")
    own.add_argument("--pilot", metavar="BUNDLE", help="take deviations and shares from this bundle")
    own.add_argument("--section", help="of the pilot; default: the first that has such answers")
    own.add_argument("--positive-share", type=float, default=0.5, help="of positive cases, for auc")


def _report(options: argparse.Namespace) -> None:
    from analysis.bundle import read_bundle
    from analysis.reporting.report import report

    bundle = read_bundle(options.bundle)
    made = report(bundle, model_answers=options.model_answers, columns=options.columns)
    if options.cross_check:
        from analysis.crosscheck.compare import cross_check

        made = made.with_cross_check(cross_check(options.bundle, made.document))
    _tell_files(made.save(options.out, formats=options.format))


def _parquet(options: argparse.Namespace) -> None:
    from analysis.bundle import read_bundle
    from analysis.parquet import save_parquet

    _tell_files(save_parquet(read_bundle(options.bundle), options.out))


def _tell_files(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        sys.stdout.write(f"{path}\n")


def _plan(options: argparse.Namespace) -> None:
    import json

    found = _plan_of_endpoint(options) if options.what else _plan_of_task(options)
    sys.stdout.write(json.dumps(found.as_dict(), indent=1) + "\n" if options.json else found.text() + "\n")


def _needed(options: argparse.Namespace, *names: str) -> None:
    for name in names:
        if getattr(options, name) is None:
            raise AnalysisError(f"--{name} is missing; give it too.")


def _plan_of_endpoint(options: argparse.Namespace) -> EndpointPlan:
    from analysis.planning.endpoint import plan_endpoint

    _check_combined(options)
    assumed = _from_pilot(options) if options.pilot else _assumed(options)
    _needed(options, "cases", "expected")
    return plan_endpoint(
        readers=options.readers,
        cases=options.cases,
        expected=options.expected,
        against=options.against,
        test=options.test,
        margin=options.margin or 0.0,
        better=options.better,
        compared=options.compared,
        paired=options.paired,
        positive_share=options.positive_share,
        **assumed,
    )


def _check_combined(options: argparse.Namespace) -> None:
    if options.what == "icc" and (options.compared or options.paired or options.margin is not None):
        raise AnalysisError("An icc is sized by its interval; leave out --compared, --paired and --margin.")
    if options.what == "auc" and options.paired:
        raise AnalysisError("Areas are planned as those of different cases; leave out --paired.")


def _assumed(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "what": options.what,
        "sd": options.sd,
        "reader_sd": 0.1 if options.reader_sd is None else options.reader_sd,
        "case_share": options.case_share,
    }


def _from_pilot(options: argparse.Namespace) -> dict[str, Any]:
    """What a pilot's bundle tells; the pilot's own estimate is expected unless another value is given."""
    from analysis.bundle import read_bundle
    from analysis.planning.pilot import pilot

    what: Any = "difference" if options.what == "mean" and options.compared else options.what
    found = pilot(read_bundle(options.pilot), what, section=options.section)
    if what == "difference":
        # planned as the mean of its differences, whose components the pilot has
        options.compared = False
    if options.expected is None:
        options.expected = found.estimate
    return dict(found.assumed)


def _plan_of_task(options: argparse.Namespace) -> Plan:
    from analysis.planning.plan import plan

    _needed(options, "trials")
    return plan(
        task=options.task,
        alternatives=options.alternatives,
        readers=options.readers,
        trials=options.trials,
        accuracy=options.accuracy,
        margin=0.10 if options.margin is None else options.margin,
        reader_sd=0.3 if options.reader_sd is None else options.reader_sd,
        case_icc=options.case_icc,
        replicates=options.replicates,
        seed=options.seed,
        jobs=options.jobs,
    )


if __name__ == "__main__":
    # a report makes many objects and few cycles; looking for them as often as Python does costs a tenth
    gc.set_threshold(50_000, 20, 100)
    status = main()
    # memory goes with the process, so nothing has to be looked for at the end
    gc.freeze()
    sys.exit(status)
