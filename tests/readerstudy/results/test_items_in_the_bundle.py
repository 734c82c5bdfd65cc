"""Every question that was asked has its rows in the bundle, for every kind of item, and they agree."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from analysis.bundle import read_bundle
from analysis.compute import compute
from readerstudy.reading.answer import Said
from readerstudy.reading.checks import Screen
from readerstudy.results.bundle import export_bundle
from readerstudy.results.bundle.item_tables import COLUMNS
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Trial
from readerstudy.studies.protocol import Item
from readerstudy.truth.allocation.verify import verify_plan
from readerstudy.truth.errors import PlanNotVerified
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    Locked,
    a_locked_study,
    kept_for_a_module,
    read_everything,
    usually,
)
from tests.readerstudy.reading.items import AT_THE_END, LOOKS, PAIRS, asking

JUDGED = """
[[sections]]
name = "judged"
reuse = "looks"
[[sections.items]]
name = "grade"
kind = "choice"
ask = "Grade"
options = ["0", "1", "2", "3", "4"]
truth = "grade"
[[sections.items]]
name = "guess"
kind = "number"
ask = "Guess the grade"
min = 0
truth = "grade"
within = 1
[[sections.items]]
name = "made"
kind = "choice"
ask = "Real or made?"
options = ["real", "synthetic"]
truth = "kind"
"""
KINDS = """
[[sections]]
name = "kinds"
show = { same = { hospital-canary = 2 }, mixed = { hospital-canary = 1, gan-canary = 1 } }
trials = 4
reference = "hospital-canary"
[[sections.items]]
name = "alike"
of = "trial"
kind = "choice"
ask = "Alike?"
options = [{ value = "same", text = "Alike" }, { value = "mixed", text = "Unlike" }]
truth = "screen"
"""
MATCHED = """
[[sections]]
name = "matched"
show = { hospital-canary = 1, gan-canary = 1 }
trials = 3
match = ["grade"]
[[sections.items]]
name = "both"
of = "trial"
kind = "choice"
ask = "Grade of both"
options = ["0", "1", "2", "3", "4"]
truth = "grade"
[[sections.items]]
name = "sharp"
kind = "choice"
ask = "Sharp?"
options = ["yes", "no"]
"""
GRADES = """
[values]
grade = ["0", "1", "2", "3", "4"]

[[labels]]
name = "grade"
title = { en = "Osteoarthritis", de = "Arthrose" }
words = ["none", "doubtful", "mild", "moderate", "severe"]
"""
SECTIONS = (
    LOOKS + AT_THE_END,
    PAIRS,
    JUDGED,
    KINDS,
    MATCHED,
    QUARTETS.format(trials=3) + "repeats = 1\ncatch = 1\n",
    CALLS,
    CHECKS,
    GRADES,
)


def says(item: Item, slot: str | None, screen: Screen) -> Said | None:
    """Rita's answers: she skips a quality, names another finding and prefers none."""
    special: dict[str, dict[str, Any]] = {
        "quality": {"missing": "skip"},
        "finding": {"other": "A shadow", "value": None},
        "better": {"value": "none"},
        "signs": {"value": ("a",), "other": "A ring"},
        "odd": {"value": "yes"},
        "guess": {"value": 2},
    }
    said = usually(item, slot, screen)
    if said is None or item.name not in special:
        return said
    if item.name == "quality":
        return Said(item=item.name, slot=slot, missing="skip")
    return Said(
        **{**{name: getattr(said, name) for name in ("item", "slot", "confidence")}, **special[item.name]}
    )


@dataclass(frozen=True)
class Exported:
    """A bundle, as its tables."""

    folder: Path

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def rows(self, section: str, item: str, reader: str = "R01") -> list[dict[str, str]]:
        wanted = (section, item, reader)
        rows = self.table("answers.csv")
        return [row for row in rows if (row["section"], row["item"], row["reader"]) == wanted]

    @property
    def study(self) -> dict:  # type: ignore[type-arg]
        return json.loads((self.folder / "study.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def exported(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[bool, Exported]]:
    """The masked and the open bundle of a study of two readers with every kind of item."""
    with kept_for_a_module(django_db_blocker.unblock()):
        made = a_locked_study(asking(*SECTIONS))
        list(read_everything(made.reading("rita"), says))
        list(read_everything(made.reading("ron")))
        yield exported_from(made, tmp_path_factory.mktemp("items"))


def exported_from(made: Locked, folder: Path) -> dict[bool, Exported]:
    freeze_study(made.study, by=made.owner, reason="done")
    masked = export_bundle(made.study, folder / "masked", by=made.owner, masked=True)
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    out = export_bundle(made.study, folder / "bundle", by=made.owner, masked=False)
    return {True: Exported(masked), False: Exported(out)}


@pytest.fixture
def bundle(exported: dict[bool, Exported]) -> Exported:
    return exported[False]


@pytest.fixture
def masked(exported: dict[bool, Exported]) -> Exported:
    return exported[True]


def test_the_columns_are_those_of_the_contract(bundle: Exported) -> None:
    documented = (
        "section,reader,trial,screen,image,source,item,option,value,other,confidence,correct,truth,missing,"
        "slot,order,response_ms,exposure_ms,shown_ms,repeat_of,catch"
    )
    assert ",".join(bundle.table("answers.csv")[0]).startswith(documented)
    marks = "section,reader,trial,image,source,item,number,frame,x,y,confidence"
    assert ",".join(bundle.table("marks.csv")[0]) == marks


def test_an_item_of_an_image_has_a_row_for_each_image(bundle: Exported) -> None:
    rows = bundle.rows("looks", "age")
    assert [row["value"] for row in rows] == ["20"] * 4
    assert Counter(row["source"] for row in rows) == {"hospital-canary": 2, "checkpoint-canary": 2}
    assert len({row["image"] for row in rows}) == 4
    assert {row["slot"] for row in rows} == {"1"}


def test_what_was_skipped_or_passed_over_has_rows_that_say_so(bundle: Exported) -> None:
    assert [(row["value"], row["missing"]) for row in bundle.rows("looks", "quality")] == [("", "skip")] * 4
    assert [(row["value"], row["missing"]) for row in bundle.rows("looks", "report")] == [("", "left")] * 4
    assert [row["missing"] for row in bundle.rows("looks", "unusual")] == ["left"]


def test_what_was_not_asked_has_no_rows(bundle: Exported) -> None:
    """Rita found something else, so she was not asked where; Ron saw nothing odd."""
    assert bundle.rows("looks", "where") == []
    assert len(bundle.rows("looks", "why")) == 4
    assert len(bundle.rows("looks", "why", "R02")) == 4


def test_something_else_stands_in_other(bundle: Exported) -> None:
    assert {(row["value"], row["other"]) for row in bundle.rows("looks", "finding")} == {("", "A shadow")}
    assert {row["confidence"] for row in bundle.rows("looks", "finding")} == {"1"}


def test_several_options_have_a_row_each(bundle: Exported) -> None:
    by_image: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in bundle.rows("looks", "signs"):
        by_image[row["image"]].append((row["option"], row["value"], row["other"]))
    assert len(by_image) == 4
    wanted = [("a", "1", ""), ("b", "0", ""), ("c", "0", ""), ("", "", "A ring")]
    assert all(rows == wanted for rows in by_image.values())


def test_a_trial_has_a_row_without_image_and_its_source_if_it_has_but_one(bundle: Exported) -> None:
    rows = bundle.rows("looks", "odd")
    assert {(row["image"], row["slot"]) for row in rows} == {("", "")}
    assert Counter(row["source"] for row in rows) == {"hospital-canary": 2, "checkpoint-canary": 2}
    assert {row["screen"] for row in bundle.rows("kinds", "alike")} == {"same", "mixed"}
    sources = {(row["screen"], row["source"]) for row in bundle.rows("kinds", "alike")}
    assert sources == {("same", "hospital-canary"), ("mixed", "")}


def test_the_section_has_a_row_of_its_own_trial(bundle: Exported) -> None:
    row = bundle.rows("looks", "ease")[0]
    assert (row["image"], row["source"], row["slot"], row["value"]) == ("", "", "", "1")
    assert row["trial"] not in {row["trial"] for row in bundle.rows("looks", "age")}
    assert row["order"] == "5"


@pytest.mark.parametrize(
    ("item", "reader", "values"),
    [("better", "R01", "000"), ("better", "R02", "100"), ("order", "R02", "123"), ("target", "R02", "100")],
)
def test_what_compares_images_has_a_row_for_each(
    bundle: Exported, item: str, reader: str, values: str
) -> None:
    screens: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in bundle.rows("pairs", item, reader):
        screens[row["trial"]].append(row)
    assert len(screens) == 3
    for rows in screens.values():
        assert "".join(row["value"] for row in rows) == values
        assert {row["slot"] for row in rows} == {"1", "2", "3"}


def test_a_pick_is_right_where_the_target_was_picked(bundle: Exported) -> None:
    for row in bundle.rows("pairs", "target", "R02"):
        if row["value"] == "1":
            assert row["correct"] == str(int(row["source"] == "hospital-canary"))


def test_answers_are_right_by_label_kind_and_screen(bundle: Exported) -> None:
    labels = {row["image"]: row["grade"] for row in bundle.table("images.csv")}
    for row in bundle.rows("judged", "grade"):
        assert row["correct"] == str(int(row["value"] == labels[row["image"]]))
    for row in bundle.rows("judged", "guess"):
        assert row["correct"] == str(int(abs(int(row["value"]) - int(labels[row["image"]])) <= 1))
    for row in bundle.rows("judged", "made"):
        assert row["correct"] == str(int(row["source"] == "hospital-canary"))
    for row in bundle.rows("kinds", "alike"):
        assert row["correct"] == str(int(row["value"] == row["screen"]))


def test_the_truth_of_a_screen_stands_beside_its_answer(bundle: Exported) -> None:
    for row in bundle.rows("kinds", "alike"):
        assert row["truth"] == row["screen"]
    for row in bundle.rows("matched", "both"):
        assert row["image"] == ""
        assert row["truth"] in ("0", "1", "2", "3", "4")
        assert row["correct"] == str(int(row["value"] == row["truth"]))
    assert {row["truth"] for row in bundle.rows("judged", "grade")} == {""}


def test_points_stand_in_a_table_of_their_own(bundle: Exported) -> None:
    marks = [row for row in bundle.table("marks.csv") if row["reader"] == "R02"]
    assert Counter(row["item"] for row in marks) == {"width": 8, "tilt": 12}
    widths = [(row["number"], row["x"], row["y"]) for row in marks if row["item"] == "width"]
    assert set(widths) == {("1", "0.0", "0.0"), ("2", "1.0", "1.0")}
    answered = {(row["trial"], row["image"]) for row in bundle.rows("looks", "width", "R02")}
    assert {(row["trial"], row["image"]) for row in marks} == answered


def test_images_shown_again_keep_their_names(bundle: Exported) -> None:
    looked, judged = (
        {row["image"] for row in bundle.rows(*at)} for at in (("looks", "age"), ("judged", "grade"))
    )
    assert looked == judged


def test_nothing_is_asked_of_a_reference_but_images_csv_knows_it(bundle: Exported) -> None:
    shown = {row["image"] for row in bundle.table("images.csv")}
    asked = {row["image"] for row in bundle.table("answers.csv")} - {""}
    # The screens of "kinds" show 8 images that are asked about as a whole, and 4 references.
    assert len(shown - asked) == 12


def test_the_tables_of_tasks_say_the_same(bundle: Exported) -> None:
    answers = bundle.table("answers.csv")
    keys = ("section", "reader", "trial", "repeat_of", "catch", "order")

    def said(item: str, column: str) -> Counter[tuple[str, ...]]:
        rows = (row for row in answers if row["item"] == item and not row["missing"])
        if item == "pick":
            rows = (row for row in rows if row["value"] == "1")
        return Counter((*(row[key] for key in keys), row[column]) for row in rows)

    def in_table(name: str, column: str) -> Counter[tuple[str, ...]]:
        return Counter((*(row[key] for key in keys), row[column]) for row in bundle.table(name))

    assert said("pick", "correct") == in_table("picks.csv", "correct")
    assert said("pick", "slot") == in_table("picks.csv", "slot_picked")
    assert said("call", "value") == in_table("calls.csv", "call")
    assert said("rating", "value") == in_table("ratings.csv", "rating")
    assert said("verdict", "value") == in_table("checks.csv", "verdict")


def test_study_json_says_what_was_asked(bundle: Exported) -> None:
    study = bundle.study
    sections = {section["name"]: section for section in study["sections"]}
    items = {item["name"]: item for item in sections["judged"]["items"]}
    assert (items["guess"]["truth"], items["guess"]["within"], items["guess"]["min"]) == ("grade", 1, 0)
    assert sections["judged"]["reuse"] == "looks"
    assert sections["kinds"]["reference"] == "hospital-canary"
    observed = next(item for item in sections["checks"]["items"] if item["name"] == "observed-grade")
    words = {"0": "none", "1": "doubtful", "2": "mild", "3": "moderate", "4": "severe"}
    assert {option["value"]: option["text"] for option in observed["options"]} == words
    assert study["labels"] == [{"name": "grade", "title": "Osteoarthritis", "words": words}]


def test_the_report_counts_images_by_matched_label_and_source(bundle: Exported) -> None:
    labels = {row["image"]: row["grade"] for row in bundle.table("images.csv")}
    shown = {(row["image"], row["source"]) for row in bundle.rows("matched", "sharp")}
    counts = Counter((labels[image], source) for image, source in shown)
    went = compute(read_bundle(bundle.folder), model_answers=0).sections["matched"].conduct
    assert went is not None
    assert went.balance is not None
    assert {(row.value, name): n for row in went.balance for name, n in row.images.items()} == counts
    assert {row.label for row in went.balance} == {"grade"}


def test_readers_have_arm_language_and_kind(bundle: Exported) -> None:
    assert {"arm", "language", "program"} <= set(bundle.table("readers.csv")[0])
    assert {row["program"] for row in bundle.table("readers.csv")} == {"0"}


@pytest.mark.parametrize("hidden", [False, True])
def test_the_analysis_reads_the_bundle(exported: dict[bool, Exported], hidden: bool) -> None:
    read = read_bundle(exported[hidden].folder)
    assert read.answers is not None
    assert len(read.answers) == len(exported[hidden].table("answers.csv"))
    sections = compute(read, model_answers=0).sections
    assert {name for name, part in sections.items() if part.items} >= {"looks", "pairs", "judged", "kinds"}


@pytest.mark.parametrize("hidden", [False, True])
def test_the_codebook_knows_every_column(exported: dict[bool, Exported], hidden: bool) -> None:
    told = {(row["file"], row["column"]) for row in exported[hidden].table("codebook.csv")}
    for name in COLUMNS:
        assert {(name, column) for column in exported[hidden].table(name)[0]} <= told


def test_the_plan_is_recomputed_with_every_row(bundle: Exported) -> None:
    assert verify_plan(bundle.folder).rows > len(bundle.table("answers.csv"))


@pytest.mark.parametrize(
    ("name", "item", "column"),
    [
        ("answers.csv", "age", "image"),
        ("answers.csv", "age", "source"),
        ("answers.csv", "odd", "source"),
        ("answers.csv", "alike", "screen"),
        ("answers.csv", "better", "slot"),
        ("answers.csv", "ease", "order"),
        ("marks.csv", "width", "image"),
    ],
)
def test_rows_that_were_exchanged_are_found(
    bundle: Exported, tmp_path: Path, name: str, item: str, column: str
) -> None:
    for path in bundle.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rows = bundle.table(name)
    at, first = next((n, row) for n, row in enumerate(rows) if row["item"] == item)
    first[column] = next(row[column] for row in rows if row[column] not in ("", first[column]))
    with (tmp_path / name).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(PlanNotVerified, match=f"{name} line {at + 2}"):
        verify_plan(tmp_path)


def test_a_masked_answer_tells_neither_truth_nor_plan(masked: Exported) -> None:
    told = set(masked.table("answers.csv")[0]) | set(masked.table("marks.csv")[0])
    assert told.isdisjoint({"source", "screen", "correct", "truth", "slot", "order", "catch", "disclosed"})
    header = json.dumps(masked.study)
    assert "canary" not in "".join((masked.folder / name).read_text() for name in COLUMNS)
    for item in (item for section in masked.study["sections"] for item in section["items"]):
        assert not {"truth", "within", "positive", "target"} & set(item)
    assert not {"endpoints", "values", "labels", "seed", "plan_hash"} & set(masked.study)
    assert "reuse" not in header


def test_masked_rows_stand_in_the_order_of_their_names(masked: Exported) -> None:
    items = [
        [item["name"] for item in section["items"]]
        for section in sorted(masked.study["sections"], key=lambda section: str(section["name"]))
    ]
    order = {name: place for names in items for place, name in enumerate(names)}
    sections = [section["name"] for section in masked.study["sections"]]
    rows = [
        (row["reader"], sections.index(row["section"]), row["trial"], order[row["item"]], row["image"])
        for row in masked.table("answers.csv")
    ]
    assert rows == sorted(rows)


def test_masked_images_and_trials_have_other_names_where_they_are_shown_again(masked: Exported) -> None:
    for column in ("image", "trial"):
        seen: dict[str, set[str]] = defaultdict(set)
        for row in masked.table("answers.csv"):
            seen[row[column]].add(row["section"])
        seen.pop("", None)
        assert {len(sections) for sections in seen.values()} == {1}, column


def test_obvious_fakes_have_no_masked_answers(masked: Exported, bundle: Exported) -> None:
    picks = [row for row in masked.table("answers.csv") if row["item"] == "pick"]
    kept = [row for row in bundle.table("answers.csv") if row["item"] == "pick" and row["catch"] == "0"]
    assert len(picks) == len(kept) > 0


@pytest.mark.django_db
def test_the_page_of_questions_is_a_trial_of_its_own(exported: dict[bool, Exported]) -> None:
    assert Trial.objects.filter(images=None).count() == 1
