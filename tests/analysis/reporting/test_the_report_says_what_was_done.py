"""The text of a report follows from what was done: which coefficient, which test, on which answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from analysis.agreement.cohen import cohen_kappa
from analysis.bundle import read_bundle
from analysis.document.pick_real import Detection, SlotShare
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.superiority import superiority_clustered
from analysis.reporting import prose
from analysis.reporting.conduct_prose import section_conduct
from analysis.reporting.figures import pictures
from analysis.reporting.figures.style import in_lines
from analysis.reporting.methods import methods
from analysis.reporting.pick_real_prose import _factor
from analysis.reporting.report import Report, report
from analysis.reporting.tables import Table, tables
from analysis.sections.pick_real import _correctness
from tests.analysis.bundle.bundles import STUDY

EXAMPLE = Path(__file__).parents[3] / "analysis" / "example"


@cache
def example() -> Report:
    return report(read_bundle(EXAMPLE))


def cells(table: Table, key: str) -> list[Any]:
    (column,) = [column for column in table.columns if column.key == key]
    return [column.value(row) for row in table.rows]


def analysed(folder: Path, files: dict[str, str], **changes: Any) -> Report:
    (folder / "study.json").write_text(json.dumps(STUDY | changes))
    for name, text in files.items():
        (folder / name).write_text(text)
    return report(read_bundle(folder))


def ratings(*, readers: int = 4, images: int = 12, missing: tuple[int, int] | None = None) -> str:
    rows = ["section,reader,trial,image,source,rating"]
    for r in range(readers):
        for i in range(images):
            if (r, i) != missing:
                source = ("real", "a")[i % 2]
                rows.append(f"single,R{r},T{i},{source}-{i},{source},{1 + (i * (r + 2) + i // 3) % 3}")
    return "\n".join(rows) + "\n"


RATED = {"sections": [{"name": "single", "task": "rate"}]}


def test_agreement_on_an_ordered_scale_is_told_by_coefficients_that_know_the_order() -> None:
    said = " ".join(prose.part_results(example().results, "quartets", "agreement"))
    assert "On the ordered scale Krippendorff’s alpha was 0.072" in said
    assert "Gwet’s AC2 with quadratic weights 0.664" in said
    assert "ICC(2,1), of one random reader, was 0.082 (95% interval 0.049 to 0.123)" in said
    (table,) = [t for t in tables(example().results) if t.name == "quartets-agreement-ratings"]
    assert "Krippendorff’s alpha, ordinal" in cells(table, "coefficient")
    assert "ICC(2,1) 0.082 (0.049 to 0.123, readers and images random)" in table.note


def test_in_brief_stand_equivalence_and_ratings() -> None:
    detection, ratings, *_ = prose.brief(example().results)
    assert "Equivalence with chance was shown within the margin of ±10.0 percentage points" in detection
    assert "real 3.323, checkpoint-a 3.228, checkpoint-b 3.258 and checkpoint-c 3.320" in ratings
    assert "No difference after Holm’s correction was shown (smallest p\u00a0=\u00a0.521)" in ratings
    assert "Equivalence within ±0.25 points of the scale was shown in all 3 comparisons." in ratings


def test_the_differences_of_one_family_are_corrected_together() -> None:
    realism = example().document["sections"]["quartets"]["realism"]
    pairs = [pair for pair in realism["pairs"] if pair["unit"] == "reader"]
    found = [pair["difference"] for pair in pairs]
    assert [d["p_holm"] for d in found] == adjusted([d["p"] for d in found])


def test_what_assumes_independence_is_named_so() -> None:
    said = " ".join(prose.part_results(example().results, "quartets", "detection"))
    assert "Wilson’s 24.8% to 33.6%" in said
    assert (
        "Bayes factor for a rate other than chance, all rates being as likely beforehand, would be 0.30"
        in said
    )
    assert (
        "fell unevenly on the other alternatives was not shown (χ²(2) = 5.16, p = .076".replace(
            " = ", "\u00a0=\u00a0"
        )
        in said
    )
    conduct = " ".join(section_conduct(example().results, "quartets"))
    assert "63.6% to 92.8%, assuming independent answers" in conduct
    (learning,) = [p for p in pictures(example().results) if p.name == "quartets-learning"]
    assert "assume independent answers" in learning.caption


def test_the_choice_model_says_over_whom_its_errors_go() -> None:
    choice = example().document["sections"]["quartets"]["detection"]["choice_model"]
    assert {c["df"] for c in choice["coefficients"]} == {7.0}
    assert any(
        "for these trials alone" in s for s in prose.part_results(example().results, "quartets", "detection")
    )
    (table,) = [t for t in tables(example().results) if t.name == "quartets-choice"]
    assert "t" in [column.heading for column in table.columns]


def test_every_method_that_was_used_is_in_the_methods_and_no_other(tmp_path: Path) -> None:
    said = " ".join(methods(example().results))
    for name in (
        "conditional logit",
        "Obuchowski and Rockette",
        "Bowker",
        "AC2",
        "sums of each reader and of",
    ):
        assert name in said
    few = " ".join(methods(analysed(tmp_path, {"ratings.csv": ratings()}, **RATED).results))
    for name in ("conditional logit", "Obuchowski and Rockette", "Bowker", "d′", "of each trial"):
        assert name not in few
    assert "rank-sum test" in few
    assert "Differences of means carry readers and trials, and intervals" in few


def test_one_generator_alone_is_compared_with_no_other(tmp_path: Path) -> None:
    rows = [
        f"singles,R{r},{source}{i},{source},{('real', 'synthetic')[(r + i) % 2]}"
        for r in range(3)
        for source in ("real", "a")
        for i in range(5)
    ]
    text = "\n".join(["section,reader,image,source,call", *rows])
    calls = {"sections": [{"name": "singles", "task": "call"}]}
    said = " ".join(methods(analysed(tmp_path, {"calls.csv": text}, **calls).results))
    assert "mean of sensitivity and specificity" in said
    assert "of generators were compared" not in said


def test_ratings_with_missing_answers_are_compared_on_means_and_say_so(tmp_path: Path) -> None:
    made = analysed(tmp_path, {"ratings.csv": ratings(missing=(1, 4))}, **RATED)
    assert "compared on the means of each reader" in " ".join(methods(made.results))
    (table,) = [t for t in tables(made.results) if t.name == "single-published"]
    assert "signed-rank on the readers’ means" in table.note
    found = made.document["sections"]["single"]["agreement"]["ratings"]
    assert (found["icc"]["n_cases"], found["icc"]["n_dropped"]) == (11, 1)
    said = " ".join(prose.part_results(made.results, "single", "agreement"))
    assert "of the 11 images that every reader answered" in said


def test_arms_of_other_trials_have_effects_with_readers_as_clusters(tmp_path: Path) -> None:
    made = analysed(tmp_path, {"ratings.csv": ratings()}, **RATED)
    (pair,) = [p for p in made.document["sections"]["single"]["realism"]["pairs"] if p["unit"] == "trial"]
    rows = [line.split(",") for line in ratings().splitlines()[1:]]
    arms = [
        ([float(r[5]) for r in rows if r[4] == s], [r[1] for r in rows if r[4] == s]) for s in ("real", "a")
    ]
    ours = superiority_clustered(arms[0][0], arms[1][0], arms[0][1], arms[1][1])
    assert pair["superiority"]["estimate"] == ours.estimate
    assert (pair["superiority"]["low"], pair["superiority"]["df"]) == (ours.low, 3.0)
    assert pair["effect"]["hodges_lehmann"]["estimate"] is not None
    (table,) = [t for t in tables(made.results) if t.name == "single-effects"]
    assert set(cells(table, "unit")) == {"reader", "image"}


def test_a_shift_is_told_in_points_of_the_scale() -> None:
    pair = example().document["sections"]["quartets"]["realism"]["pairs"][0]
    sums, points = (pair["effect"][key]["estimate"] for key in ("hodges_lehmann_of_units", "hodges_lehmann"))
    assert points == sums / 50


def test_correct_picks_over_the_places_of_the_real_image_are_tested_as_r_does() -> None:
    found = _correctness([SlotShare(slot=s, k=k, n=10) for s, k in enumerate((3, 5, 1), start=1)])
    # by chisq.test of R on the 2 x 3 table
    assert (found.statistic, found.df) == (pytest.approx(CHI2, rel=1e-12), 2)
    assert found.p == pytest.approx(CHI2_P, rel=1e-12)
    assert _correctness([SlotShare(slot=s, k=0, n=9) for s in (1, 2)]).p is None


CHI2, CHI2_P = 3.80952380952381, 0.148858080803333
CHECKS = "section,reader,trial,image,label,intended,observed,verdict,repeat_of\n"
LABELS = {"sections": [{"name": "labels", "task": "check_label"}]}


def checks() -> str:
    rows = ""
    for r in range(2):
        for i in range(6):
            for label, intended in (("grade", i % 3), ("side", ("left", "right")[i % 2])):
                observed = (i % 3 + (i == 5) * r) if label == "grade" else intended
                verdict = "fits" if observed == intended else "discrepant"
                rows += f"labels,R{r},T{i},I{i},{label},{intended},{observed},{verdict},\n"
        for i in range(3):
            # the grade comes again as it was, the side never
            other = ("right", "left")[i % 2]
            rows += f"labels,R{r},A{i},I{i},grade,{i},{i},fits,T{i}\n"
            rows += f"labels,R{r},A{i},I{i},side,{('left', 'right')[i % 2]},{other},discrepant,T{i}\n"
    return CHECKS + rows


def test_labels_are_compared_reviewer_by_reviewer_and_between_them(tmp_path: Path) -> None:
    made = analysed(tmp_path, {"checks.csv": checks()}, **LABELS)
    grade, side = made.document["sections"]["labels"]["label_checks"]["by_label"]
    assert [row["agree"] for row in grade["by_reader"]] == [6, 5]
    assert grade["by_reader"][0]["kappa_quadratic"]["estimate"] == 1.0
    (pair,) = grade["between_readers"]
    theirs = cohen_kappa([0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 3], weights="quadratic", categories=[0, 1, 2, 3])
    assert pair["kappa_quadratic"]["estimate"] == theirs.estimate
    assert "kappa_quadratic" not in side["by_reader"][0]
    (table,) = [t for t in tables(made.results) if t.name == "labels-labels"]
    assert cells(table, "what")[:4] == [
        "intended – R0",
        "intended – R1",
        "intended – all",
        "R0 – R1",
    ]


def test_the_review_of_real_images_stands_beside_as_control(tmp_path: Path) -> None:
    header, *rows = checks().splitlines()
    marked = [f"{row},{'real' if ',I0,' in row or ',I1,' in row else 'a'}" for row in rows]
    unsure = [row.replace(",fits,", ",unsure,") if ",I2,side" in row else row for row in marked]
    made = analysed(tmp_path, {"checks.csv": "\n".join([f"{header},source", *unsure])}, **LABELS)
    said = " ".join(prose.part_results(made.results, "labels", "label_checks"))
    assert "2 answers were unsure; they judge nothing and are in no rate." in said
    assert (
        "On real images, the control, 0 of 4 labels were discrepant by consensus (0.0%, 0.0% to 60.2%)."
        in said
    )
    assert "labels-control" in {table.name for table in tables(made.results)}


def test_every_reader_has_a_row_for_ratings_and_every_pair_of_readers_for_calls() -> None:
    found = {table.name: table for table in tables(example().results)}
    by_reader = example().document["sections"]["quartets"]["realism"]["by_reader"]
    means = found["quartets-means"]
    assert cells(means, "reader") == [row["reader"] for row in by_reader]
    assert cells(means, "mean real") == [row["means"]["real"] for row in by_reader]
    assert len(found["singles-pairs-calls"].rows) == 28
    for index in ("prevalence_index", "bias_index", "pabak"):
        assert None not in cells(found["singles-pairs-calls"], index)
    assert cells(found["quartets-categories-picks"], "category")[-1] == "real"
    assert "singles-categories-calls" not in found


def test_repeats_of_several_labels_of_an_image_stay_apart(tmp_path: Path) -> None:
    made = analysed(tmp_path, {"checks.csv": checks()}, **LABELS)
    again = made.document["sections"]["labels"]["conduct"]["repeats"]
    assert (again["same"], again["n"]) == (6, 12)
    grade, side = again["by_label"]
    assert (grade["label"], grade["n"], grade["kappa_quadratic"]["estimate"]) == ("grade", 6, 1.0)
    assert side["kappa"]["estimate"] < 0
    assert "quadratic of grade 1.00" in " ".join(section_conduct(made.results, "labels"))


@pytest.mark.parametrize(("factor", "printed"), [(1e15, "above 1,000"), (0.3, "0.30"), (1e-9, "below 0.001")])
def test_a_bayes_factor_beyond_a_thousand_has_no_digits(factor: float, printed: str) -> None:
    assert _factor(factor) == printed


def test_long_names_leave_room_for_the_drawing(tmp_path: Path) -> None:
    names = ["A university hospital with a name of very many words and several departments besides", "b"]
    lines, added = in_lines(names)
    assert max(len(line) for name in lines for line in name.split("\n")) <= 30
    assert added == pytest.approx(0.13 * 2)
    for file in EXAMPLE.iterdir():
        text = file.read_text().replace("checkpoint-a", names[0] * 2)
        (tmp_path / file.name).write_text(text.replace("fully realistic", names[0]))
    for picture in pictures(report(read_bundle(tmp_path), model_answers=0).results):
        # matplotlib warns where the names have left no room, and warnings are errors here
        assert "<svg" in picture.svg


def test_forty_readers_fit_on_a_page() -> None:
    results = example().results
    quartets = results.sections["quartets"]
    assert isinstance(quartets.detection, Detection)
    rows = tuple(quartets.detection.by_reader[0].with_(reader=f"R{r}") for r in range(40))
    quartets = quartets.with_(detection=quartets.detection.with_(by_reader=rows))
    document = results.with_(sections={"quartets": quartets})
    (forest,) = [p for p in pictures(document) if p.name == "quartets-readers"]
    width, height = forest.figure().get_size_inches()
    # 160 mm wide on A4 with 247 mm of text
    assert height / width * 160 < 230
