"""Each kind of item gets its numbers; each held against a count by hand, pandas, or a single method."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.agreement.intraclass import icc
from analysis.bundle import read_bundle
from analysis.compute import compute
from analysis.crossed import CrossedMean, crossed_difference, crossed_mean, crossed_rate
from analysis.document import Document
from analysis.document.items import (
    ChoiceItem,
    ChoicesItem,
    ItemResult,
    MarkFroc,
    MarkItem,
    NumberItem,
    PickItem,
    ScaleItem,
    TextItem,
    WorthItem,
)
from analysis.document.pick_real import Detection
from analysis.limits import limits_of_agreement
from analysis.reporting.report import Report, report
from tests.analysis.items.studies import DIAGNOSES, write_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study") / "bundle", seed=2)


@pytest.fixture(scope="module")
def made(folder: Path) -> Report:
    return report(read_bundle(folder), model_answers=0)


@pytest.fixture(scope="module")
def document(made: Report) -> Document:
    return made.results


@pytest.fixture(scope="module")
def answers(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)


def item(document: Document, section: str, name: str) -> ItemResult:
    found = document.sections[section].items
    assert found is not None
    return found[name]


def rows(answers: pd.DataFrame, section: str, name: str) -> pd.DataFrame:
    own = answers[(answers["section"] == section) & (answers["item"] == name) & (answers["missing"] == "")]
    return own.assign(number=pd.to_numeric(own["value"], errors="coerce"))


def table(own: pd.DataFrame, values: str = "number", case: str = "image") -> pd.DataFrame:
    return own.pivot(index="reader", columns=case, values=values).astype(float)


def test_a_scale(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "phase-1", "quality")
    assert isinstance(found, ScaleItem)
    own = rows(answers, "phase-1", "quality")
    means = own.groupby("source")["number"].mean()
    assert {row.source: row.mean for row in found.by_source} == pytest.approx(means.to_dict())
    whole = table(own)
    real = whole.columns.str.startswith("real")
    by_hand = crossed_difference(whole.loc[:, real], whole.loc[:, ~real], bounds=(-4, 4))
    (pair, *_) = found.realism.reader_pairs if found.realism else ()
    assert (pair.difference.estimate, pair.difference.p) == pytest.approx((by_hand.estimate, by_hand.p))
    assert found.labels == ("1 (poor)", "2", "3", "4", "5 (excellent)")
    assert found.agreement is not None
    assert found.agreement.icc is not None
    assert found.agreement.icc.estimate == pytest.approx(icc(whole.to_numpy()).estimate)


def test_a_choice_with_a_truth(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "phase-1", "diagnosis")
    assert isinstance(found, ChoiceItem)
    own = rows(answers, "phase-1", "diagnosis").assign(right=lambda r: r["correct"].astype(float))
    assert found.accuracy is not None
    assert found.accuracy.overall.k == own["right"].sum()
    by_reader = own.groupby("reader")["right"].mean().to_dict()
    assert {row.reader: row.rate for row in found.accuracy.by_reader} == pytest.approx(by_reader)
    whole = table(own, "right")
    real = whole.columns.str.startswith("real")
    by_hand = crossed_difference(whole.loc[:, real], whole.loc[:, ~real])
    difference = found.accuracy.difference
    assert difference is not None
    assert (difference.estimate, difference.p) == pytest.approx((by_hand.estimate, by_hand.p))
    assert difference.equivalence is not None
    assert difference.equivalence.margin == pytest.approx(0.2)
    # the truth by hand from the images' numbers
    truth = own["image"].str.split("-").str[1].astype(int).map(lambda i: DIAGNOSES[i % 3])
    counts = pd.crosstab(truth, own["value"]).reindex(index=DIAGNOSES, columns=DIAGNOSES, fill_value=0)
    assert found.confusion is not None
    assert found.confusion.counts == tuple(map(tuple, counts.to_numpy().tolist()))
    sick = own[truth != "normal"].assign(said=lambda r: (r["value"] != "normal").astype(float))
    assert isinstance(found.sensitivity, CrossedMean)
    assert found.sensitivity.estimate == pytest.approx(crossed_rate(table(sick, "said")).estimate)


def test_a_choice_without_a_truth(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "phase-1", "view")
    assert isinstance(found, ChoiceItem)
    assert found.accuracy is None
    shares = rows(answers, "phase-1", "view").groupby("source")["value"].value_counts(normalize=True)
    shown = {(each.source, one.option): one.rate for each in found.by_source for one in each.shares}
    assert shown == pytest.approx({key: float(value) for key, value in shares.items()})


def test_several_choices(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "phase-1", "signs")
    assert isinstance(found, ChoicesItem)
    shares = rows(answers, "phase-1", "signs").groupby(["source", "option"])["number"].mean()
    shown = {(each.source, one.option): one.rate for each in found.by_source for one in each.shares}
    assert shown == pytest.approx({key: float(value) for key, value in shares.items()})
    assert found.n == 144
    assert set(found.agreement) == {"noise", "blur", "text"}


def test_a_number_with_a_truth(document: Document, answers: pd.DataFrame, folder: Path) -> None:
    found = item(document, "phase-1", "age")
    assert isinstance(found, NumberItem)
    assert found.missing.skip == 1
    own = rows(answers, "phase-1", "age")
    ages = pd.read_csv(folder / "images.csv").set_index("image")["age"]
    own = own.assign(error=own["number"] - own["image"].map(ages))
    assert found.error is not None
    assert found.error.root_mean_square == pytest.approx((own["error"] ** 2).mean() ** 0.5)
    assert found.error.bias.low == pytest.approx(crossed_mean(table(own, "error")).low)
    limits = limits_of_agreement(table(own, "error").to_numpy())
    assert found.bland_altman.truth is not None
    assert (found.bland_altman.truth.low, found.bland_altman.truth.high) == pytest.approx(
        (limits.low, limits.high)
    )
    assert found.error.accuracy is not None
    assert found.error.accuracy.overall.rate == pytest.approx((own["error"].abs() <= 5).mean())


def test_a_measure(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "phase-1", "width")
    assert isinstance(found, NumberItem)
    whole = table(rows(answers, "phase-1", "width"))
    assert found.icc.estimate == pytest.approx(icc(whole.to_numpy()).estimate)
    assert found.bland_altman.reproducibility is not None
    assert (found.unit, found.error) == ("mm", None)


def test_a_pick_of_a_target(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "pairs", "odd")
    assert isinstance(found, PickItem)
    own = rows(answers, "pairs", "odd")
    made = own[own["source"] == "ddpm"]
    assert isinstance(found.detection, Detection)
    by_hand = crossed_rate(table(made, case="trial"), chance=0.5)
    assert found.detection.overall.rate == pytest.approx(made["number"].mean())
    assert found.detection.overall.crossed.p == pytest.approx(by_hand.p)
    assert found.alternatives == 2
    assert sum(found.detection.by_alternative.values()) == 120


def test_a_preference_and_an_order(document: Document, answers: pd.DataFrame) -> None:
    found = item(document, "pairs", "better")
    assert isinstance(found, WorthItem)
    wins = rows(answers, "pairs", "better").groupby("source")["number"].sum()
    # two sources with Davidson's tie: by hand, the worth is the share of those who preferred one
    shares = (wins / wins.sum()).to_dict()
    assert {row.source: row.estimate for row in found.worth} == pytest.approx(shares)
    assert found.none is not None
    assert found.none.k == 120 - wins.sum()
    (pair,) = found.pairs
    assert (pair.a_first, pair.b_first, pair.n) == (wins["real"], wins["ddpm"], 120)
    assert pair.net.estimate == pytest.approx((wins["real"] - wins["ddpm"]) / 120)
    order = item(document, "pairs", "order")
    assert isinstance(order, WorthItem)
    first = rows(answers, "pairs", "order").query("value == '1'").groupby("source").size() / 120
    assert {row.source: row.estimate for row in order.worth} == pytest.approx(first.to_dict())


def test_marks(document: Document, answers: pd.DataFrame, folder: Path) -> None:
    found = item(document, "phase-1", "lesions")
    assert isinstance(found, MarkItem)
    own = rows(answers, "phase-1", "lesions")
    assert found.count.overall.mean == pytest.approx(own["number"].mean())
    assert isinstance(found.froc, MarkFroc)
    # the bundle marks a lesion one pixel off or not at all, and false ones far away at y = 230
    marks = pd.read_csv(folder / "marks.csv")
    hits = marks[marks["y"] != 230].groupby("reader").size()
    assert {row.reader: row.found for row in found.froc.by_reader} == hits.to_dict()
    false = (marks[marks["y"] == 230].groupby("reader").size() / 24).to_dict()
    assert {row.reader: row.false_per_image for row in found.froc.by_reader} == pytest.approx(false)


def test_texts_are_listed(document: Document, made: Report) -> None:
    found = item(document, "phase-1", "unusual")
    assert isinstance(found, TextItem)
    assert found.n == 6
    assert {note.text for note in found.texts} <= {"Nothing\nunusual", "Grid lines"}
    assert {note.words for note in found.texts} == {2}
    assert "blurred, perhaps made" in made.html


def test_every_item_has_its_heading_its_table_and_its_methods(made: Report) -> None:
    titles = {part.title for section in made.outline.sections for part in section.parts}
    assert {"Technical quality", "Most likely diagnosis", "Mark every nodule"} <= titles
    names = {entry.of.name for entry in made.outline.all_figures}
    for name in ("diagnosis-confusion", "age-limits-1", "lesions-froc", "signs-options", "quality-points"):
        assert f"phase-1-{name}" in names
    assert "pairs-better-worth" in names
    methods = " ".join(made.outline.methods)
    for named in ("Plackett 1975", "Zou 2013", "JAFROC", "Davidson"):
        assert named in methods


def test_a_masked_bundle_tells_agreement_and_no_accuracy(tmp_path: Path) -> None:
    import json

    whole = write_study(tmp_path / "bundle")
    study = json.loads((whole / "study.json").read_text())
    for section in study["sections"]:
        for each in section["items"]:
            for key in ("truth", "within", "positive", "target"):
                each.pop(key, None)
    hidden = {"masked": True, "sources": [{"name": "A"}, {"name": "B"}], "sections": study["sections"]}
    (whole / "study.json").write_text(json.dumps(study | hidden))
    (whole / "images.csv").unlink()
    for name in ("answers.csv", "marks.csv"):
        found = pd.read_csv(whole / name, dtype=str, keep_default_na=False)
        found.drop(columns=["source", "correct", "catch", "order", "slot"], errors="ignore").to_csv(
            whole / name, index=False
        )
    masked = compute(read_bundle(whole), model_answers=0)
    diagnosis, better = item(masked, "phase-1", "diagnosis"), item(masked, "pairs", "better")
    assert isinstance(diagnosis, ChoiceItem)
    assert isinstance(better, WorthItem)
    assert (diagnosis.accuracy, diagnosis.confusion, better.worth) == (None, None, ())
    assert diagnosis.agreement is not None
    assert better.none is not None
    assert np.isfinite(diagnosis.agreement.raw.estimate or np.nan)
    assert report(read_bundle(whole), model_answers=0).html


@pytest.mark.parametrize("kept", ["one reader and a program", "a tenth of the screens"])
def test_what_is_left_of_a_study_is_reported_too(tmp_path: Path, kept: str) -> None:
    folder = write_study(tmp_path / "bundle", program=True)
    rng = np.random.default_rng(6)
    found = pd.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)
    screens = found["reader"] + found["trial"]
    if kept.startswith("one"):
        stays = found["reader"].isin(["R1", "P1"])
    else:
        stays = screens.isin([name for name in sorted(set(screens)) if rng.random() < 0.1])
    found[stays].to_csv(folder / "answers.csv", index=False)
    left = set(zip(found[stays]["reader"], found[stays]["trial"], strict=True))
    marks = pd.read_csv(folder / "marks.csv", dtype=str, keep_default_na=False)
    seen = [pair in left for pair in zip(marks["reader"], marks["trial"], strict=True)]
    marks[seen].to_csv(folder / "marks.csv", index=False)
    readers = pd.read_csv(folder / "readers.csv", dtype=str)
    readers[readers["reader"].isin({name for name, _ in left})].to_csv(folder / "readers.csv", index=False)
    made = report(read_bundle(folder), model_answers=0)
    assert made.to_json()
    assert made.outline.sections


def test_a_truth_that_images_of_one_kind_lack_leaves_no_difference(tmp_path: Path) -> None:
    """Such as the size of a nodule where only real images have one, but readers see them in others, too."""
    folder = write_study(tmp_path / "bundle", seed=5)
    images, answers = (pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("images", "answers"))
    real = images["source"] == "real"
    images.loc[~real, "age"] = ""
    of_age = (answers["item"] == "age") & (answers["source"] != "real")
    answers.loc[of_age, ["correct"]] = ""
    for name, rows in (("images", images), ("answers", answers)):
        rows.to_csv(folder / f"{name}.csv", index=False)
    found = compute(read_bundle(folder)).sections["phase-1"].items["age"]
    assert isinstance(found, NumberItem)
    assert found.difference is not None
    assert found.error is not None
    assert found.error.difference is None
    assert found.error.accuracy is not None
    assert found.error.accuracy.difference is None
