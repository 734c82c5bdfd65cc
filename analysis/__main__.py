"""``python -m analysis report|plan``: the analysis from the command line."""

import argparse
import sys
from collections.abc import Sequence

from analysis.errors import AnalysisError
from analysis.model_limit import MODEL_ANSWERS

OK, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 on success, 1 where it was refused, 2 on wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        run = {"report": _report, "plan": _plan}[options.command]
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
        default=MODEL_ANSWERS,
        metavar="N",
        help="fit mixed models to up to N answers of a section (default: %(default)s)",
    )


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", required=True, choices=("pick_real", "call", "rate", "check_label"))
    parser.add_argument("--alternatives", type=int, default=4, help="images of a trial of pick_real")
    parser.add_argument("--readers", type=int, required=True)
    parser.add_argument("--trials", type=int, required=True)
    parser.add_argument("--accuracy", type=float, help="the true rate; default: chance")
    parser.add_argument("--margin", type=float, default=0.10, help="of equivalence")
    parser.add_argument("--reader-sd", type=float, default=0.3, help="between readers, in logits")
    parser.add_argument("--case-icc", type=float, default=0.05, help="correlation of answers to one case")
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="joblib workers")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def _report(options: argparse.Namespace) -> None:
    from analysis.bundle import read_bundle
    from analysis.reporting.report import report

    bundle = read_bundle(options.bundle)
    made = report(bundle, model_answers=options.model_answers, columns=options.columns)
    if options.cross_check:
        from analysis.crosscheck.compare import cross_check

        made = made.with_cross_check(cross_check(options.bundle, made.document))
    out = made.save(options.out, formats=options.format)
    for path in sorted(out.iterdir()):
        sys.stdout.write(f"{path}\n")


def _plan(options: argparse.Namespace) -> None:
    import json

    from analysis.planning.plan import plan

    found = plan(
        task=options.task,
        alternatives=options.alternatives,
        readers=options.readers,
        trials=options.trials,
        accuracy=options.accuracy,
        margin=options.margin,
        reader_sd=options.reader_sd,
        case_icc=options.case_icc,
        replicates=options.replicates,
        seed=options.seed,
        jobs=options.jobs,
    )
    sys.stdout.write(json.dumps(found.as_dict(), indent=1) + "\n" if options.json else found.text() + "\n")


if __name__ == "__main__":
    sys.exit(main())
