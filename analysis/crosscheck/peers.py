"""``python -m analysis.crosscheck.peers BUNDLE``: the results of other programs as JSON.

Nothing of the analysis is used here: the files are read with pandas, answers are selected anew (no hidden
repeats, no catch trials), and each number comes from the program that it names. A path says where the
report's document has the same number.
"""

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

PROGRAMS = ("scipy", "statsmodels", "krippendorff", "pingouin")
Row = dict[str, Any]
Metric = Literal["nominal", "ordinal"]


class Peers:
    """The other programs, each where it is installed."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        for name in PROGRAMS:
            try:
                import_module(name)
                self.versions[name] = metadata.version(name)
            except ImportError:
                continue

    def __contains__(self, name: str) -> bool:
        return name in self.versions


def row(section: str, path: list[Any], statistic: str, program: str, value: Any, note: str = "") -> Row:
    """One number of another program; None where it has none."""
    number = None if value is None or not np.isfinite(value) else float(value)
    return {
        "section": section,
        "path": path,
        "statistic": statistic,
        "program": program,
        "value": number,
        "note": note,
    }


def tried(program: Callable[[], Any]) -> Any:
    """Return a program's result, None where it refuses the data, such as when all answers are alike."""
    try:
        return program()
    except (ValueError, ZeroDivisionError, AssertionError):
        return None


def read(folder: Path, name: str) -> pd.DataFrame | None:
    """A table with names as text, without hidden repeats and catch trials."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return None
    names = ("section", "reader", "trial", "image", "picked", "repeat_of", "label")
    table = pd.read_csv(path, dtype=dict.fromkeys(names, str), keep_default_na=False, na_values=[""])
    kept = pd.Series(data=True, index=table.index)
    if "repeat_of" in table:
        kept &= table["repeat_of"].isna()
    if "catch" in table:
        kept &= table["catch"].fillna(0) != 1
    return table.assign(counts=kept)


def rows_of(folder: Path, peers: Peers) -> Iterator[Row]:
    """Every number, section by section."""
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    real = [s["name"] for s in study["sources"] if s.get("kind") == "real"]
    if not real:
        return
    tables = {name: read(folder, name) for name in ("picks", "ratings", "calls", "checks")}
    for section in study["sections"]:
        name = section["name"]
        of = {k: t[t["section"] == name] for k, t in tables.items() if t is not None}
        picks, ratings = of.get("picks"), of.get("ratings")
        level = float(study.get("level", 0.95))
        if picks is not None and len(picks):
            yield from _picks(name, picks[picks["counts"]], int(section["alternatives"]), level, peers)
        if ratings is not None and len(ratings):
            main = ratings[ratings["counts"]]
            if picks is not None:
                main = main[~main["trial"].isin(picks.loc[~picks["counts"], "trial"])]
            yield from _ratings(name, main, real, peers)
        if "calls" in of and len(of["calls"]):
            yield from _calls(name, of["calls"][of["calls"]["counts"]], real, peers)
        if "checks" in of and len(of["checks"]):
            yield from _checks(name, of["checks"][of["checks"]["counts"]], real, level, peers)


def _picks(section: str, picks: pd.DataFrame, m: int, level: float, peers: Peers) -> Iterator[Row]:
    k, n = int(picks["correct"].sum()), len(picks)
    overall = ["detection", "overall"]
    if "scipy" in peers:
        from scipy.stats import binomtest

        p = binomtest(k, n, 1 / m).pvalue
        yield row(section, [*overall, "exact", "p_two_sided"], "exact binomial p", "scipy", p)
    if "statsmodels" in peers:
        from statsmodels.stats.proportion import proportion_confint

        for ours, theirs, name in (("exact", "beta", "exact"), ("wilson", "wilson", "Wilson’s")):
            ends = proportion_confint(k, n, alpha=1 - level, method=theirs)
            for end, value in zip(("low", "high"), ends, strict=True):
                yield row(section, [*overall, ours, end], f"{name} interval, {end}", "statsmodels", value)
    codes = picks.assign(code=pd.factorize(picks["picked"])[0])
    yield from _agreement(section, "picks", codes, "trial", "code", "nominal", peers)


def _agreement(
    section: str, what: str, rows: pd.DataFrame, case: str, value: str, metric: Metric, peers: Peers
) -> Iterator[Row]:
    table = rows.pivot_table(index="reader", columns=case, values=value, aggfunc="mean")
    at = ["agreement", what]
    if "krippendorff" in peers:
        import krippendorff

        alpha = tried(lambda: krippendorff.alpha(table.to_numpy(float), level_of_measurement=metric))
        yield row(section, [*at, "alpha", "estimate"], f"alpha of {what}, {metric}", "krippendorff", alpha)
    if "statsmodels" in peers and table.notna().all(axis=None):
        from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

        kappa = tried(lambda: fleiss_kappa(aggregate_raters(table.to_numpy(int).T)[0]))
        yield row(section, [*at, "fleiss", "estimate"], f"Fleiss’ kappa of {what}", "statsmodels", kappa)


def _ratings(section: str, ratings: pd.DataFrame, real: list[str], peers: Peers) -> Iterator[Row]:
    for source, own in ratings.groupby("source"):
        path = ["realism", "by_source", {"source": source}, "mean"]
        yield row(section, path, f"mean rating of {source}", "pandas", own["rating"].mean())
    yield from _agreement(section, "ratings", ratings, "image", "rating", "ordinal", peers)
    table = ratings.pivot_table(index="reader", columns="image", values="rating")
    if "pingouin" in peers and table.notna().all(axis=None):
        import pingouin

        found = tried(
            lambda: pingouin.intraclass_corr(ratings, targets="image", raters="reader", ratings="rating")
        )
        value = None if found is None else found.loc[found["Type"].isin(["ICC2", "ICC(A,1)"]), "ICC"].iloc[0]
        path = ["agreement", "ratings", "icc", "estimate"]
        note = "pingouin rounds in some versions"
        yield row(section, path, "ICC(2,1) of ratings", "pingouin", value, note)
    if "scipy" in peers:
        yield from _signed_ranks(section, ratings, real, peers)


def _signed_ranks(section: str, ratings: pd.DataFrame, real: list[str], peers: Peers) -> Iterator[Row]:
    """The published method: signed-rank on the readers' sums, zeros dropped, normal approximation."""
    from scipy.stats import friedmanchisquare, wilcoxon

    # its stubs do not know the name of the method
    signed_rank: Any = wilcoxon
    sums = ratings.pivot_table(index="reader", columns="source", values="rating", aggfunc="sum")
    counts = ratings.pivot_table(index="reader", columns="source", values="rating", aggfunc="count")
    if sums.isna().any(axis=None) or counts.nunique().max() > 1 or counts.T.nunique().max() > 1:
        return
    tests = []
    for a in (s for s in real if s in sums):
        for b in (s for s in sums if s not in real):
            if (sums[a] == sums[b]).all():
                continue
            p = signed_rank(sums[a], sums[b], correction=False, method="asymptotic").pvalue
            at: list[Any] = ["realism", "pairs", {"a": a, "b": b, "unit": "reader"}, "tests"]
            at.append({"method": "wilcoxon-asymptotic"})
            tests.append((at, f"signed-rank p, {a} and {b}", p))
            yield row(section, [*at, "p"], tests[-1][1], "scipy", p)
    if "statsmodels" in peers and len(tests) > 1 and len(real) == 1:
        from statsmodels.stats.multitest import multipletests

        held = multipletests([p for *_, p in tests], method="holm")[1]
        for (at, name, _), value in zip(tests, held, strict=True):
            yield row(section, [*at, "p_holm"], f"{name}, Holm", "statsmodels", value)
    if sums.shape[1] > 2 and len(sums) > 1:
        q = friedmanchisquare(*(sums[name] for name in sums)).statistic
        yield row(section, ["realism", "friedman", "statistic"], "Friedman’s Q", "scipy", q)


def _calls(section: str, calls: pd.DataFrame, real: list[str], peers: Peers) -> Iterator[Row]:
    synthetic = ~calls["source"].isin(real)
    positive = calls["call"] == "synthetic"
    share = (synthetic == positive).mean()
    yield row(section, ["discrimination", "pooled", "rate"], "share of correct calls", "pandas", share)
    yield from _agreement(
        section, "calls", calls.assign(code=positive.astype(int)), "image", "code", "nominal", peers
    )
    if "scipy" not in peers:
        return
    from scipy.stats import mannwhitneyu

    sure = calls["confidence"] if "confidence" in calls else pd.Series(np.nan, index=calls.index)
    strength = sure - sure.min() + 1 if sure.notna().any() else pd.Series(1.0, index=calls.index)
    score = strength.where(positive, -strength)
    for reader, own in score.groupby(calls["reader"]):
        above, below = own[synthetic[own.index]].dropna(), own[~synthetic[own.index]].dropna()
        if len(above) and len(below):
            area = mannwhitneyu(above, below).statistic / (len(above) * len(below))
            path = ["discrimination", "by_reader", {"reader": reader}, "auc", "estimate"]
            yield row(
                section,
                path,
                f"area under the curve of {reader}",
                "scipy",
                area,
                "U / pairs",
            )


def _checks(section: str, checks: pd.DataFrame, real: list[str], level: float, peers: Peers) -> Iterator[Row]:
    if "source" in checks:
        synthetic = ~checks["source"].isin(real)
        checks = checks[synthetic] if synthetic.any() else checks
    if "statsmodels" not in peers:
        return
    from statsmodels.stats.proportion import proportion_confint

    for reader, own in checks[checks["verdict"] != "unsure"].groupby("reader"):
        k, n = int((own["verdict"] == "discrepant").sum()), len(own)
        for end, value in zip(
            ("low", "high"), proportion_confint(k, n, alpha=1 - level, method="beta"), strict=True
        ):
            path = ["label_checks", "by_reader", {"reader": reader}, end]
            yield row(section, path, f"discrepancies of {reader}, {end}", "statsmodels", value)


def main() -> int:
    """Print the numbers, the versions, and what is not installed."""
    peers = Peers()
    found = {
        "rows": list(rows_of(Path(sys.argv[1]), peers)),
        "programs": peers.versions,
        "missing": [name for name in PROGRAMS if name not in peers],
    }
    sys.stdout.write(json.dumps(found, allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
