"""How long a whole report takes: the example, the mixed ordinal model, and a million answers.

    python -m tests.bench.bench_report

Each is a process of its own, from start to exit, so that its memory is its own too.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.bench.studies import write_quartets
from tests.bench.timing import best

ROOT = Path(__file__).parents[2]


def bench_example(folder: Path) -> None:
    """The shipped example, 8 readers and 50 quartets: wanted are 2 s of statistics, 5 s with HTML and PDF."""
    import analysis

    bundle = analysis.read_bundle(ROOT / "analysis" / "example")
    say("statistics of the example", best(lambda: analysis.report(bundle)), "2 s wanted")

    def pages() -> None:
        made = analysis.report(bundle)
        made.save(Path(tempfile.mkdtemp(dir=folder)) / "out", formats=("html", "pdf"))

    say("the example with figures, HTML and PDF", best(pages, 3), "5 s wanted")


def bench_shell(folder: Path) -> None:
    """The shipped example from start to exit, beside the imports that no report can do without."""
    libraries = "import numpy, pandas, scipy.optimize, scipy.stats, matplotlib.figure, typst, xlsxwriter"
    imports = best(lambda: run([sys.executable, "-c", libraries]), 3)
    command = [sys.executable, "-m", "analysis", "report", ROOT / "analysis" / "example", "--out"]

    def made(*formats: str) -> None:
        run([*command, Path(tempfile.mkdtemp(dir=folder)) / "out", *formats])

    for what, formats, wanted in (
        ("all formats", (), "2.5 s"),
        ("JSON alone", ("--format", "json"), "1.2 s"),
    ):
        seconds = best(lambda given=formats: made(*given), 3)
        say(
            f"the example from the shell, {what}",
            seconds,
            f"{wanted} wanted, {seconds / imports:.1f} x imports",
        )


def run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def bench_ordinal() -> None:
    """rating ~ source + (1 | reader) + (1 | trial) + (1 | image), 2,880 rows: R's clmm takes 4.3 s."""
    from analysis.mixed.fit import fit_ordinal

    rng = np.random.default_rng(1)
    reader, trial, source = np.indices((8, 90, 4))
    image = 4 * trial + source
    seen = rng.normal(0, 0.5, 8)[reader] + rng.normal(0, 0.4, 90)[trial] + rng.normal(0, 0.6, 360)[image]
    rating = 1 + ((seen + rng.logistic(size=seen.shape))[..., None] > np.array([-2.0, -0.5, 1.0])).sum(axis=3)
    design = (source.reshape(-1, 1) == np.array([1, 2, 3])).astype(float)
    groups = {"reader": reader.ravel(), "trial": trial.ravel(), "image": image.ravel()}
    names = ["checkpoint-a", "checkpoint-b", "checkpoint-c"]
    seconds = best(lambda: fit_ordinal(rating.ravel(), design, names, groups), 3)
    say(f"mixed ordinal model, {rating.size:,} rows", seconds, "4 s wanted")


def bench_million(folder: Path) -> None:
    """200 readers pick and rate 1,000 quartets: a million answers, from the bundle to every format."""
    answers = write_quartets(folder / "bundle", readers=200, trials=1000)
    command = [sys.executable, "-m", "analysis", "report", folder / "bundle", "--out", folder / "report"]
    start = time.perf_counter()
    run(command)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    say(f"whole report of {answers:,} answers, {memory:.2f} GiB", seconds, "60 s and 4 GiB wanted")


def say(what: str, seconds: float, wanted: str) -> None:
    print(f"{what:58s} {seconds:10.3f} s  ({wanted})", flush=True)  # noqa: T201 - a benchmark prints


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        bench_example(Path(name))
        bench_shell(Path(name))
        bench_ordinal()
        bench_million(Path(name))


if __name__ == "__main__":
    main()
