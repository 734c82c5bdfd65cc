"""Masked, tiny, incomplete, unanimous and partial studies: every form is written, what is missing is said."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.bundle import read_bundle
from analysis.compute import compute
from analysis.model_limit import limit_for, too_many
from analysis.reporting.methods import methods
from analysis.reporting.report import Report, report
from analysis.reporting.words import interval, levelled
from analysis.sections.pick_models import mixed_model
from tests.analysis.bundle.bundles import STUDY, TABLES, section_results, with_column, write_bundle

PICKS = "section,reader,trial,picked,correct\n"


def only(folder: Path, files: dict[str, str], **changes: Any) -> Report:
    """Analyse a bundle of these tables alone, write every text form, and return its report."""
    folder.mkdir()
    (folder / "study.json").write_text(json.dumps(STUDY | changes))
    for name, text in files.items():
        (folder / name).write_text(text)
    made = report(read_bundle(folder))
    made.save(folder / "out", formats=("html", "xlsx", "csv", "json"))
    assert json.loads((folder / "out" / "report.json").read_text()) == made.document
    return made


def trios(picked: Any, *, readers: int = 3, trials: int = 6) -> str:
    rows = [(r, t, picked(r, t)) for r in range(readers) for t in range(trials)]
    return PICKS + "".join(
        f"trios,R{r},T{t},{label},{int(label == 'real')}\n" for r, t, label in rows if label is not None
    )


ONE = {"sections": STUDY["sections"][:1]}


def test_a_masked_bundle_says_what_it_cannot_compute(tmp_path: Path) -> None:
    hidden = {"real": "A", "a": "B", "b": "C"}
    tables = {}
    for name, text in TABLES.items():
        header, *lines = text.splitlines()
        places = [i for i, c in enumerate(header.split(",")) if c in {"picked", "source"}]
        rows = [line.split(",") for line in lines]
        for row in rows:
            for i in places:
                row[i] = hidden[row[i]]
            if name == "picks.csv":
                row[4] = ""
        tables[name] = "\n".join([header, *(",".join(row) for row in rows)])
    sources = [{"name": name} for name in "ABC"]
    made = only(tmp_path / "masked", tables, sources=sources)
    assert made.document["study"]["masked"]
    detection = made.document["sections"]["trios"]["detection"]
    assert "overall" not in detection
    assert "which source is real is not known" in detection["reason"]
    assert made.document["sections"]["trios"]["agreement"]["picks"]["fleiss"]["estimate"] is not None
    pairs = made.document["sections"]["trios"]["realism"]["pairs"]
    assert [(p["a"], p["b"]) for p in pairs if p["unit"] == "reader"] == [("A", "B"), ("A", "C"), ("B", "C")]
    assert "pooled" not in made.document["sections"]["singles"]["discrimination"]


def test_a_masked_bundle_without_sources_still_tells_agreement_and_conduct(tmp_path: Path) -> None:
    letters = {"real": "C", "a": "A", "b": "B"}
    kept = {
        "picks.csv": ("section", "reader", "trial", "picked"),
        "ratings.csv": ("section", "reader", "trial", "image", "rating"),
        "calls.csv": ("section", "reader", "image", "call"),
        "checks.csv": ("section", "reader", "image", "label", "observed", "verdict"),
    }
    tables = {}
    for name, columns in kept.items():
        rows = pd.read_csv(StringIO(TABLES[name]), dtype=str)[list(columns)]
        if "picked" in rows:
            rows["picked"] = rows["picked"].map(letters)
        tables[name] = rows.to_csv(index=False)
    made = only(tmp_path / "masked", tables, sources=[], masked=True)
    trios, singles = made.document["sections"]["trios"], made.document["sections"]["singles"]
    assert trios["agreement"]["picks"]["fleiss"]["estimate"] is not None
    assert trios["conduct"]["completeness"]["answers"] == 18
    assert "not compared" in trios["realism"]["reason"]
    assert trios["realism"]["overall"]["n"] == 54
    assert "by_source" not in singles["discrimination"]
    assert 0 < singles["discrimination"]["called_synthetic"]["rate"] < 1
    page = (tmp_path / "masked" / "out" / "report.html").read_text()
    assert "agreement and conduct are computed as usual" in page


def test_readers_who_all_pick_alike_have_no_kappa_but_a_reason(tmp_path: Path) -> None:
    made = only(tmp_path / "unanimous", {"picks.csv": trios(lambda r, t: "real")}, **ONE)
    section = made.document["sections"]["trios"]
    assert section["detection"]["overall"]["rate"] == 1.0
    assert section["detection"]["overall"]["dprime"]["estimate"] is None
    assert section["agreement"]["picks"]["fleiss"]["estimate"] is None
    assert "one category" in section["agreement"]["picks"]["fleiss"]["reason"]
    sentences = " ".join(section_results(made.results, "trios"))
    assert "100.0% of trials (18/18; no interval over readers and cases; chance" in sentences
    assert ".." not in sentences
    assert levelled(made.results, interval(None, None)) == "no interval"
    assert levelled(made.results, interval(1, 2)) == "95% interval 1.000 to 2.000"


def test_two_readers_speak_of_themselves_alone(tmp_path: Path) -> None:
    picks = trios(lambda r, t: ("real", "a", "b")[(r + t) % 3], readers=2)
    made = only(tmp_path / "two", {"picks.csv": picks}, **ONE)
    crossed = made.document["sections"]["trios"]["detection"]["overall"]["crossed"]
    assert crossed["inference"] == "fixed readers, random cases"
    assert "interval over cases, for these readers only" in " ".join(section_results(made.results, "trios"))


def test_missing_answers_are_counted_and_shown(tmp_path: Path) -> None:
    picks = trios(lambda r, t: None if (r, t) in {(0, 1), (2, 3)} else ("real", "a", "b")[(r * t) % 3])
    made = only(tmp_path / "gaps", {"picks.csv": picks}, **ONE)
    section = made.document["sections"]["trios"]
    assert section["detection"]["overall"]["n_missing"] == 2
    assert section["conduct"]["completeness"]["missing"] == 2
    assert {row["reader"]: row["missing"] for row in section["conduct"]["completeness"]["by_reader"]} == {
        "R0": 1,
        "R1": 0,
        "R2": 1,
    }


def test_a_study_of_ratings_of_single_images_is_compared_unpaired(tmp_path: Path) -> None:
    rows = "".join(
        f"solo,R{r},T-{s}-{i},{s}-{i},{s},{1 + (r + i + len(s)) % 3}\n"
        for r in range(3)
        for i in range(5)
        for s in ("real", "a")
    )
    text = "section,reader,trial,image,source,rating\n" + rows
    made = only(tmp_path / "rate", {"ratings.csv": text}, sections=[{"name": "solo", "task": "rate"}])
    pairs = {pair["unit"]: pair for pair in made.document["sections"]["solo"]["realism"]["pairs"]}
    assert not pairs["trial"]["paired"]
    assert pairs["trial"]["tests"][0]["method"].startswith("rank-sum")
    assert made.document["sections"]["solo"]["conduct"]["completeness"]["cases"] == 10


def test_ratings_that_never_vary_are_flagged_and_not_modelled(tmp_path: Path) -> None:
    header, *lines = TABLES["ratings.csv"].splitlines()
    text = "\n".join([header, *(line[:-1] + "2" for line in lines)])
    files = {"picks.csv": TABLES["picks.csv"], "ratings.csv": text}
    made = only(tmp_path / "flat", files, **ONE)
    section = made.document["sections"]["trios"]
    assert all(row["flagged"] for row in section["conduct"]["straight_lining"])
    assert "nothing to model" in section["realism"]["ordinal_model"]["reason"]


def test_without_a_margin_equivalence_is_not_decided(tmp_path: Path) -> None:
    picks = trios(lambda r, t: ("real", "a", "b")[(r + t) % 3])
    made = only(tmp_path / "marginless", {"picks.csv": picks}, margins={}, **ONE)
    equivalence = made.document["sections"]["trios"]["detection"]["overall"]["equivalence"]
    assert equivalence["within"] is None
    assert equivalence["smallest_margin"] > 0
    sentences = " ".join(section_results(made.results, "trios"))
    assert "The study fixed no margin" in sentences


@pytest.mark.parametrize("word", ["indistinguishable", "identical", "proves", "no difference between"])
def test_the_report_never_overclaims(tmp_path: Path, word: str) -> None:
    results = compute(read_bundle(write_bundle(tmp_path / "bundle")))
    text = " ".join(s for name in results.sections for s in section_results(results, name))
    assert word not in text
    assert "was not shown" in text


def test_too_many_trials_for_an_exact_test_are_reported_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.ranks.exact.LARGEST_WORK", 1)
    ratings = "section,reader,trial,image,source,rating\n" + "".join(
        f"trios,R{r},T{t},{source}-{t},{source},{1 + (source == 'real') * (r + t) % 3}\n"
        for r in range(1, 4)
        for t in range(1, 7)
        for source in ("real", "a", "b")
    )
    files = {"picks.csv": TABLES["picks.csv"], "ratings.csv": ratings}
    pairs = only(tmp_path / "large", files, **ONE).document["sections"]["trios"]["realism"]["pairs"]
    exact = [test for pair in pairs for test in pair["tests"] if test["method"] == "wilcoxon-exact"]
    assert all(test["p"] is None for test in exact)
    assert any("too many to enumerate" in test["reason"] for test in exact)
    assert any(test["p"] is not None for pair in pairs for test in pair["tests"])
    assert pairs[0]["effect"]["hodges_lehmann_of_units"]["estimate"] is None


def test_intervals_of_mean_ratings_stay_on_the_scale_and_the_methods_say_so(tmp_path: Path) -> None:
    """Nearly all at the ends: on t alone the intervals would reach beyond 1 and 3."""
    rows = "section,reader,trial,image,source,rating\n" + "".join(
        f"trios,R{r},T{t},{source}-{t},{source},{rating}\n"
        for r in range(3)
        for t in range(6)
        for source, rating in (
            ("real", 2 if (r, t) == (0, 0) else 3),
            ("a", 2 if (r, t) == (1, 1) else 1),
            ("b", 2),
        )
    )
    picks = trios(lambda r, t: ("real", "a", "b")[(r + t) % 3])
    made = only(tmp_path / "ends", {"picks.csv": picks, "ratings.csv": rows}, **ONE)
    realism = made.document["sections"]["trios"]["realism"]
    by_source = {row["source"]: row for row in realism["by_source"]}
    assert by_source["real"]["high"] == 3
    assert by_source["a"]["low"] == 1
    assert by_source["real"]["low"] < 3 - 1 / 18 < by_source["real"]["high"]
    assert "interval cut off at the end of the scale" in by_source["real"]["crossed"]["assumptions"]
    difference = realism["pairs"][0]["difference"]
    assert difference["high"] == 2
    told = " ".join(methods(made.results))
    assert "intervals of means are cut off at the ends of the scale, 1 and 3," in told


def test_more_answers_than_are_modelled_are_said_with_limit_reason_and_way_out(tmp_path: Path) -> None:
    study = read_bundle(write_bundle(tmp_path)).study
    left_out = mixed_model(study, pd.DataFrame(index=range(60_001)))
    assert left_out.reason == (
        "60,001 picks are more than the 60,000 up to which this report fits mixed models, because fitting "
        "more would take longer than the rest of the report; the crossed interval carries readers and cases "
        "at any size, and --model-answers 60001 (in Python report(bundle, model_answers=60001)) fits them, "
        "given time and memory."
    )
    assert too_many(60_000, 60_000, "picks", "") is None


@pytest.mark.parametrize(
    ("answers", "asked", "limit"),
    [(200_000, None, 200_000), (200_001, None, 60_000), (200_000, 17, 17), (10**6, 10**6, 10**6)],
)
def test_a_study_of_200_000_answers_is_modelled_whole(answers: int, asked: int | None, limit: int) -> None:
    assert limit_for(answers, asked) == limit


def test_the_limit_of_the_models_can_be_set(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    (bundle / "picks.csv").write_text(with_column(TABLES["picks.csv"], "order", *"123456"))
    assert (
        main(
            [
                "report",
                str(bundle),
                "--out",
                str(tmp_path / "few"),
                "--format",
                "json",
                "--model-answers",
                "17",
            ]
        )
        == 0
    )
    few = json.loads((tmp_path / "few" / "report.json").read_text())["sections"]["trios"]
    models = (
        few["detection"]["mixed_model"],
        few["realism"]["ordinal_model"],
        few["conduct"]["learning"]["trend"],
    )
    assert ["are more than the 17 up to which" in model["reason"] for model in models] == [True] * 3
    all_of_them = report(read_bundle(bundle), model_answers=54).document["sections"]["trios"]
    assert "random" in all_of_them["detection"]["mixed_model"]
    assert "coefficients" in all_of_them["realism"]["ordinal_model"]
    assert "estimate" in all_of_them["conduct"]["learning"]["trend"]


def test_a_model_of_picks_that_was_not_fitted_is_said_in_the_report(tmp_path: Path) -> None:
    picks = trios(lambda r, t: "real")
    made = only(tmp_path / "unanimous", {"picks.csv": picks}, **ONE)
    part = made.document["sections"]["trios"]
    assert "reason" in part["detection"]["mixed_model"]
    assert "No logistic mixed model was fitted: " in " ".join(section_results(made.results, "trios"))


def test_sections_whose_names_differ_by_signs_alone_keep_their_files_apart(tmp_path: Path) -> None:
    names = ("a b", "A-b", "é" * 190)
    header, *rows = TABLES["calls.csv"].splitlines()
    calls = "\n".join([header, *(row.replace("singles", name, 1) for name in names for row in rows)])
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "calls.csv").write_text(calls)
    study = STUDY | {"sections": [{"name": name, "task": "call"} for name in names]}
    (tmp_path / "bundle" / "study.json").write_text(json.dumps(study))
    made = report(read_bundle(tmp_path / "bundle"))
    made.save(tmp_path / "out", formats=("csv", "figures"))
    saved = {path.name for path in (tmp_path / "out").glob("*/*")}
    assert {"a-b-calls.csv", "a-b-calls-2.csv", "é" * 40 + "-calls.csv"} <= saved
    assert {"a-b-readers.svg", "a-b-readers-2.svg", "é" * 40 + "-readers.svg"} <= saved


ARMS = {
    # which reader rated which source in which trial
    "one arm of each trial": lambda r, t: ("real", "a")[(t + r) % 2],
    "one arm a reader": lambda r, t: ("real", "a")[r // 2],
}


@pytest.mark.parametrize("design", ARMS)
def test_readers_who_were_given_one_arm_are_compared_unpaired(tmp_path: Path, design: str) -> None:
    rows = [(r, t, ARMS[design](r, t)) for r in range(4) for t in range(8)]
    ratings = "section,reader,trial,image,source,rating\n" + "".join(
        f"single,R{r},T{t},{source}{t},{source},{1 + (t * r + t) % 3}\n" for r, t, source in rows
    )
    made = only(tmp_path / "arms", {"ratings.csv": ratings}, sections=[{"name": "single", "task": "rate"}])
    readers, images = made.document["sections"]["single"]["realism"]["pairs"]
    assert readers["difference"]["low"] < readers["difference"]["estimate"]
    assert (images["paired"], images["tests"][0]["method"]) == (False, "rank-sum-asymptotic")
    assert 0 < images["superiority"]["estimate"] < 1
    if design == "one arm a reader":
        assert {test["reason"] for test in readers["tests"]} == {"There is no complete pair."}


def test_ratings_of_one_source_become_every_form_without_empty_tables(tmp_path: Path) -> None:
    rows = [
        f"rated,R{reader},T{trial},I{trial},a,{1 + (reader + trial) % 3}"
        for reader in range(3)
        for trial in range(6)
    ]
    text = "section,reader,trial,image,source,rating\n" + "\n".join(rows) + "\n"
    made = only(tmp_path / "one", {"ratings.csv": text}, sections=[{"name": "rated", "task": "rate"}])
    assert all(entry.of.rows for entry in made.outline.all_tables)
    made.save(tmp_path / "pdf", formats=("pdf",))
