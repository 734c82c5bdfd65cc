"""How fast the statistics are: ratios to statsmodels, pingouin, krippendorff and irrCAC in the same run.

    python -m tests.bench.bench_analysis [--quick]

irrCAC pins old versions of numpy and scipy, so it runs in an environment of its own, made by the first run
in build/irrcac; without a package index its rows are left out and a line says so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tests.bench.irrcac_peer import COEFFICIENTS, irrcac_times
from tests.bench.timing import Row, best


def study(readers: int, cases: int, categories: int = 4) -> np.ndarray:
    rng = np.random.default_rng(1)
    truth = rng.integers(1, categories + 1, cases)
    noise = rng.integers(1, categories + 1, (readers, cases))
    return np.where(rng.random((readers, cases)) < 0.3, truth, noise)


def bench_bootstrap() -> list[Row]:
    """2,000 two-way bootstraps of 200 x 2,000, against a loop over statsmodels' Fleiss from raw data."""
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    from analysis.bootstrap import bootstrap_fleiss, bootstrap_mean

    table = study(200, 2000)
    right = (table == 1).astype(float)
    rng = np.random.default_rng(2)

    def one_of_theirs() -> float:
        drawn = table[rng.integers(0, 200, 200)][:, rng.integers(0, 2000, 2000)]
        return float(fleiss_kappa(aggregate_raters(drawn.T)[0]))

    theirs = best(one_of_theirs, repeats=3) * 2000
    kappa = best(lambda: bootstrap_fleiss(table, rng=np.random.default_rng(3)))
    mean = best(lambda: bootstrap_mean(right, rng=np.random.default_rng(3)))
    loop = best(lambda: right[rng.integers(0, 200, 200)][:, rng.integers(0, 2000, 2000)].mean(), 3) * 2000
    return [
        Row(
            what="2,000 bootstraps of Fleiss' kappa, 200 x 2,000",
            ours_s=kappa,
            theirs="statsmodels in a loop",
            theirs_s=theirs,
            wanted="(50 x and 500 ms wanted)",
        ),
        Row(
            what="2,000 bootstraps of percent correct, 200 x 2,000",
            ours_s=mean,
            theirs="numpy in a loop",
            theirs_s=loop,
            wanted="(500 ms wanted)",
        ),
    ]


def bench_agreement() -> list[Row]:
    import krippendorff
    import pingouin
    from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa, to_table

    import analysis

    rows = []
    for readers, cases in ((8, 50), (20, 200), (200, 2000)):
        table = study(readers, cases)
        repeats, number = (3, 1) if readers == 200 else (15, 5)
        size = f"{readers} x {cases}"

        def time_of(function: Callable[[], Any], r: int = repeats, n: int = number) -> float:
            return best(function, r, n)

        rows.append(
            Row(
                what=f"Fleiss' kappa, {size}",
                ours_s=time_of(lambda t=table: analysis.fleiss_kappa(t)),
                theirs="statsmodels",
                theirs_s=time_of(lambda t=table: fleiss_kappa(aggregate_raters(t.T)[0])),
            )
        )
        for metric in ("nominal", "ordinal", "interval"):
            ours = time_of(lambda t=table, m=metric: analysis.krippendorff_alpha(t, metric=m))
            theirs = time_of(
                lambda t=table, m=metric: krippendorff.alpha(t.astype(float), level_of_measurement=m)
            )
            rows.append(
                Row(what=f"alpha, {metric}, {size}", ours_s=ours, theirs="krippendorff", theirs_s=theirs)
            )
        rows.append(
            Row(
                what=f"Cohen's kappa, quadratic, {cases} cases",
                ours_s=time_of(lambda t=table: analysis.cohen_kappa(t[0], t[1], weights="quadratic")),
                theirs="statsmodels",
                theirs_s=time_of(lambda t=table: cohens_kappa(to_table(t[:2].T)[0], wt="quadratic")),
            )
        )
    table = study(8, 50)
    frame = pd.DataFrame(table).melt(ignore_index=False).reset_index()
    rows.append(
        Row(
            what="six intraclass correlations, 8 x 50",
            ours_s=best(lambda: analysis.icc_forms(table), 5, 5),
            theirs="pingouin",
            theirs_s=best(
                lambda: pingouin.intraclass_corr(frame, targets="variable", raters="index", ratings="value"),
                3,
            ),
        )
    )
    return rows


def bench_tests() -> list[Row]:
    import pingouin
    from scipy import stats
    from statsmodels.stats import contingency_tables, multitest, proportion

    import analysis

    rng = np.random.default_rng(4)
    x, y = rng.integers(1, 5, 50).astype(float), rng.integers(1, 5, 50).astype(float)
    binary = rng.integers(0, 2, (60, 3))
    p = rng.random(20).tolist()
    square = rng.integers(0, 20, (4, 4))
    frame = pd.DataFrame(rng.integers(1, 5, (8, 4))).melt(ignore_index=False).reset_index()

    def row(what: str, ours: Callable[[], Any], name: str, theirs: Callable[[], Any]) -> Row:
        return Row(what=what, ours_s=best(ours, 5, 10), theirs=name, theirs_s=best(theirs, 5, 3))

    return [
        row(
            "signed-rank, 50 pairs",
            lambda: analysis.signed_rank(x, y),
            "pingouin",
            lambda: pingouin.wilcoxon(x, y),
        ),
        row(
            "signed-rank, 50 pairs",
            lambda: analysis.signed_rank(x, y),
            "scipy",
            lambda: stats.wilcoxon(x, y, method="approx"),
        ),
        row("rank-sum, 50 and 50", lambda: analysis.rank_sum(x, y), "pingouin", lambda: pingouin.mwu(x, y)),
        row(
            "rank-sum, 50 and 50", lambda: analysis.rank_sum(x, y), "scipy", lambda: stats.mannwhitneyu(x, y)
        ),
        row(
            "Friedman, 8 x 4",
            lambda: analysis.friedman(frame.pivot(index="index", columns="variable", values="value")),
            "pingouin",
            lambda: pingouin.friedman(frame, dv="value", within="variable", subject="index"),
        ),
        row(
            "Cochran's Q, 60 x 3",
            lambda: analysis.cochran_q(binary),
            "statsmodels",
            lambda: contingency_tables.cochrans_q(binary),
        ),
        row(
            "Bowker, 4 x 4",
            lambda: analysis.bowker(square),
            "statsmodels",
            lambda: contingency_tables.SquareTable(square, shift_zeros=False).symmetry(),
        ),
        row(
            "Stuart-Maxwell, 4 x 4",
            lambda: analysis.stuart_maxwell(square),
            "statsmodels",
            lambda: contingency_tables.SquareTable(square, shift_zeros=False).homogeneity(),
        ),
        row(
            "Holm, 20 tests",
            lambda: analysis.adjusted(p),
            "statsmodels",
            lambda: multitest.multipletests(p, method="holm"),
        ),
        row(
            "Hommel, 20 tests",
            lambda: analysis.adjusted(p, "hommel"),
            "statsmodels",
            lambda: multitest.multipletests(p, method="hommel"),
        ),
        row(
            "Clopper-Pearson",
            lambda: analysis.clopper_pearson(116, 400),
            "statsmodels",
            lambda: proportion.proportion_confint(116, 400, method="beta"),
        ),
        row(
            "Wilson",
            lambda: analysis.wilson(116, 400),
            "statsmodels",
            lambda: proportion.proportion_confint(116, 400, method="wilson"),
        ),
        row(
            "exact binomial test",
            lambda: analysis.binomial_test(116, 400, 0.25),
            "statsmodels",
            lambda: proportion.binom_test(116, 400, 0.25),
        ),
    ]


def bench_large() -> list[Row]:
    """One million answers: 500 readers x 2,000 cases."""
    from analysis.agreement.chance import fleiss_kappa, gwet_ac1
    from analysis.agreement.krippendorff import krippendorff_alpha
    from analysis.crossed import crossed_rate

    table = study(500, 2000)
    return [
        Row(what="crossed rate, 1,000,000 answers", ours_s=best(lambda: crossed_rate(table == 1), 2)),
        Row(
            what="Fleiss with its errors, 1,000,000 answers", ours_s=best(lambda: fleiss_kappa(table).low, 2)
        ),
        Row(what="AC1 with its errors, 1,000,000 answers", ours_s=best(lambda: gwet_ac1(table).low, 2)),
        Row(
            what="ordinal alpha with its errors, 1,000,000 answers",
            ours_s=best(lambda: krippendorff_alpha(table, metric="ordinal").low, 2),
        ),
    ]


def bench_irrcac() -> list[Row]:
    """Coefficients with their errors: irrCAC has the one over cases, here is the one over readers as well."""
    import analysis

    ours = dict(
        zip(
            COEFFICIENTS,
            (
                analysis.fleiss_kappa,
                analysis.gwet_ac1,
                analysis.conger_kappa,
                analysis.brennan_prediger,
                analysis.krippendorff_alpha,
            ),
            strict=True,
        )
    )
    rows = []
    for readers, cases in ((8, 50), (20, 200), (200, 2000)):
        table = study(readers, cases)
        theirs = irrcac_times(table)
        if theirs is None:
            return []
        repeats, number = (3, 1) if readers == 200 else (15, 5)
        rows += [
            Row(
                what=f"{name} with its errors, {readers} x {cases}",
                ours_s=best(lambda f=function, t=table: f(t).se_cases, repeats, number),
                theirs="irrCAC",
                theirs_s=theirs[name],
            )
            for name, function in ours.items()
        ]
    return rows


def bench_import() -> list[Row]:
    def start(code: str) -> float:
        command = [sys.executable, "-c", code]
        return best(lambda: subprocess.run(command, check=True), 3)

    bare = start("pass")
    found = []
    for what, code in (
        ("import analysis", "import analysis"),
        ("from analysis import crossed_rate", "from analysis import crossed_rate"),
    ):
        found.append(
            Row(
                what=what,
                ours_s=max(start(code) - bare, 1e-4),
                theirs="import pingouin",
                theirs_s=start("import pingouin") - bare,
                wanted="(300 ms wanted)",
            )
        )
    return found


SECTIONS = (bench_import, bench_agreement, bench_tests, bench_irrcac, bench_large, bench_bootstrap)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the large studies")
    quick = parser.parse_args().quick
    for section in SECTIONS[:-2] if quick else SECTIONS:
        for row in section():
            print(row.text(), flush=True)  # noqa: T201 - a benchmark prints its findings


if __name__ == "__main__":
    main()
