"""Any item decides, as the protocol declares; held against single methods of the package, called by hand."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.agreement.chance import fleiss_kappa
from analysis.arrays import score_table
from analysis.bundle import Bundle, read_bundle
from analysis.crossed import crossed_difference, crossed_mean, crossed_rate
from analysis.document.endpoints import Endpoint
from analysis.roc.obuchowski_rockette import obuchowski_rockette
from analysis.sections.endpoints import endpoints
from tests.analysis.items.studies import write_study

Row = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study") / "bundle", seed=3)


def rows_of(folder: Path, section: str, item: str) -> list[Row]:
    with (folder / "answers.csv").open(newline="") as stream:
        found = list(csv.DictReader(stream))
    return [r for r in found if (r["section"], r["item"]) == (section, item) and not r["missing"]]


def table(rows: list[Row], value: Any, case: str = "image") -> tuple[np.ndarray, tuple[Any, ...]]:
    columns = ([r["reader"] for r in rows], [r[case] for r in rows], [value(r) for r in rows])
    found, _, cases = score_table(*columns)
    return found, cases


def decided(folder: Path, **asked: Any) -> Endpoint:
    endpoint = {"name": "it", "role": "primary", **asked}
    study = json.loads((folder / "study.json").read_text()) | {"endpoints": [endpoint]}
    (folder / "study.json").write_text(json.dumps(study))
    (found,) = endpoints(read_bundle(folder), {})
    return found


def test_a_mean_of_two_sources(folder: Path) -> None:
    found = decided(folder, of="phase-1.quality", what="mean", compare=["ddpm", "real"])
    rows = rows_of(folder, "phase-1", "quality")
    values, cases = table(rows, lambda r: float(r["value"]))
    made = np.array([name.startswith("ddpm") for name in cases])
    by_hand = crossed_difference(values[:, made], values[:, ~made], bounds=(-4, 4))
    assert (found.estimate, found.low, found.p) == pytest.approx((by_hand.estimate, by_hand.low, by_hand.p))


def test_better_may_be_lower(folder: Path) -> None:
    asked = {"of": "phase-1.age", "what": "error", "against": 5, "test": "superiority"}
    higher, lower = decided(folder, **asked), decided(folder, **asked, better="lower")
    assert higher.p is not None
    assert lower.p is not None
    assert lower.p == pytest.approx(1 - higher.p)
    assert lower.met is (lower.p < 0.025)


def test_accuracy_of_real_and_synthetic_images(folder: Path) -> None:
    compare = ["real", "synthetic"]
    found = decided(
        folder, of="phase-1.diagnosis", what="accuracy", compare=compare, test="equivalence", margin=0.6
    )
    rows = rows_of(folder, "phase-1", "diagnosis")
    values, cases = table(rows, lambda r: float(r["correct"]))
    real = np.array([name.startswith("real") for name in cases])
    by_hand = crossed_difference(values[:, real], values[:, ~real])
    assert by_hand.estimate is not None
    assert by_hand.se is not None
    away = (abs(by_hand.estimate) - 0.6) / by_hand.se
    assert found.p == pytest.approx(stats.t.cdf(away, by_hand.df or 0))


def test_sensitivity_against_a_value(folder: Path) -> None:
    found = decided(folder, of="phase-1.diagnosis", what="sensitivity", against=0.5)
    rows = [r for r in rows_of(folder, "phase-1", "diagnosis") if int(r["image"].split("-")[1]) % 3]
    values, _ = table(rows, lambda r: float(r["value"] != "normal"))
    by_hand = crossed_rate(values, chance=0.5)
    assert (found.estimate, found.p) == pytest.approx((by_hand.estimate, by_hand.p))


def test_share_of_an_option(folder: Path) -> None:
    found = decided(folder, of="phase-1.signs", what="share", option="noise", compare=["ddpm", "real"])
    rows = [r for r in rows_of(folder, "phase-1", "signs") if r["option"] == "noise"]
    values, cases = table(rows, lambda r: float(r["value"]))
    made = np.array([name.startswith("ddpm") for name in cases])
    by_hand = crossed_difference(values[:, made], values[:, ~made])
    assert (found.estimate, found.p) == pytest.approx((by_hand.estimate, by_hand.p))


def test_an_area_of_a_diagnosis(folder: Path) -> None:
    found = decided(folder, of="phase-1.diagnosis", what="auc", against=0.5)
    rows = rows_of(folder, "phase-1", "diagnosis")
    signed = lambda r: (1 if r["value"] != "normal" else -1) * float(r["confidence"])  # noqa: E731
    values, cases = table(rows, signed)
    truth = [int(name.split("-")[1]) % 3 > 0 for name in cases]
    by_hand = obuchowski_rockette(values, truth, scale="logit").by_condition[0]
    assert (found.estimate, found.low) == pytest.approx((by_hand.estimate, by_hand.low))


def test_kappa_is_fleiss_s_with_the_jackknife(folder: Path) -> None:
    found = decided(folder, of="phase-1.diagnosis", what="kappa", against=0.0)
    rows = rows_of(folder, "phase-1", "diagnosis")
    values, _ = table(rows, lambda r: float(("normal", "pneumonia", "effusion").index(r["value"])))
    assert found.estimate == pytest.approx(fleiss_kappa(values).estimate)

    def kappa(part: np.ndarray) -> float:
        return float(fleiss_kappa(part, categories=[0, 1, 2]).estimate or 0)

    cases = np.array([kappa(np.delete(values, c, axis=1)) for c in range(values.shape[1])])
    readers = np.array([kappa(np.delete(values, r, axis=0)) for r in range(len(values))])
    variance = sum((len(v) - 1) ** 2 / len(v) * v.var(ddof=1) for v in (cases, readers))
    reach = stats.t.ppf(0.975, 5) * variance**0.5
    assert found.low == pytest.approx(kappa(values) - reach, rel=1e-6)


def test_the_net_share_of_preferences(folder: Path) -> None:
    found = decided(
        folder,
        of="pairs.better",
        what="net",
        compare=["real", "ddpm"],
        test="non_inferiority",
        margin=0.1,
    )
    rows = [r for r in rows_of(folder, "pairs", "better") if r["source"] == "real"]
    other = {
        (r["reader"], r["trial"]): r for r in rows_of(folder, "pairs", "better") if r["source"] == "ddpm"
    }
    values, _ = table(
        rows, lambda r: float(r["value"]) - float(other[r["reader"], r["trial"]]["value"]), "trial"
    )
    by_hand = crossed_mean(values, null=0.0, bounds=(-1, 1))
    assert by_hand.estimate is not None
    assert by_hand.se is not None
    assert found.estimate == pytest.approx(by_hand.estimate)
    assert found.p == pytest.approx(stats.t.sf((by_hand.estimate + 0.1) / by_hand.se, by_hand.df or 0))


def test_worth_is_the_share_of_preferences_on_the_logit_scale(folder: Path) -> None:
    found = decided(folder, of="pairs.order", what="worth", compare=["real", "ddpm"])
    rows = [r for r in rows_of(folder, "pairs", "order") if r["source"] == "real"]
    values, _ = table(rows, lambda r: float(r["value"] == "1"), "trial")
    share = crossed_rate(values)
    assert share.estimate is not None
    assert found.estimate == pytest.approx(np.log(share.estimate / (1 - share.estimate)))


def test_two_sections_are_paired_by_image(folder: Path) -> None:
    found = decided(folder, of="phase-2.diagnosis", what="accuracy", compare=["phase-2", "phase-1"])
    late, cases = table(rows_of(folder, "phase-2", "diagnosis"), lambda r: float(r["correct"]))
    early, same = table(rows_of(folder, "phase-1", "diagnosis"), lambda r: float(r["correct"]))
    assert cases == same
    by_hand = crossed_mean(late - early, null=0.0, bounds=(-1, 1))
    assert (found.estimate, found.low, found.p) == pytest.approx((by_hand.estimate, by_hand.low, by_hand.p))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"of": "phase-1.quality", "what": "accuracy", "against": 0.5}, "there is no accuracy"),
        ({"of": "phase-1.quality", "what": "mean", "compare": ["real", "gan"]}, "gan is no source"),
        ({"of": "phase-1.signs", "what": "share", "option": "halo", "against": 0}, "noise, blur, text"),
        ({"of": "phase-1.age", "what": "auc", "against": 0.5}, "no truth that counts as positive"),
        (
            {"of": "phase-1.missing", "what": "mean", "against": 3},
            "Section phase-1 asks no missing; its items",
        ),
        ({"of": "phase-9.age", "what": "mean", "against": 3}, "has no section phase-9; its sections are"),
    ],
)
def test_what_cannot_be_computed_says_why(folder: Path, asked: dict[str, Any], reason: str) -> None:
    found = decided(folder, **asked)
    assert (found.estimate, found.met) == (None, None)
    assert reason in (found.reason or "")


def test_a_corrected_p_is_never_below_the_p(folder: Path) -> None:
    asked = {"of": "phase-1.quality", "what": "mean", "compare": ["real", "ddpm"], "test": "superiority"}
    found = [decided(folder, **asked, better=better) for better in ("higher", "lower")]
    assert max(each.p or 0 for each in found) > 0.5
    assert all((each.p_holm or 0) >= (each.p or 1) for each in found)


def test_the_rest_of_the_quantities_have_an_interval(folder: Path) -> None:
    for asked in (
        {"of": "phase-1.lesions", "what": "count", "compare": ["real", "ddpm"]},
        {"of": "phase-1.lesions", "what": "froc", "against": 0.5},
        {"of": "phase-1.lesions", "what": "froc", "compare": ["real", "synthetic"]},
        {"of": "phase-1.width", "what": "icc", "against": 0.5},
        {"of": "phase-1.diagnosis", "what": "auc", "compare": ["phase-1", "phase-2"]},
        {"of": "phase-1.diagnosis", "what": "specificity", "compare": ["real", "ddpm"]},
        {"of": "phase-1.quality", "what": "kappa", "compare": ["phase-1", "phase-2"]},
        {"of": "pairs.odd", "what": "accuracy", "against": 0.5},
        {"of": "pairs.better", "what": "worth", "against": 0.5},
    ):
        found = decided(folder, **asked)
        assert found.reason is None, asked
        assert found.low is not None, asked
        assert found.estimate is not None, asked
        assert found.low < found.estimate, asked
        assert found.p is not None, asked


def test_holm_is_within_a_role(folder: Path) -> None:
    study = json.loads((folder / "study.json").read_text())
    asked = [
        {"name": name, "role": role, "of": "phase-1.quality", "what": "mean", "against": value}
        for name, role, value in (("a", "primary", 3), ("b", "secondary", 3), ("c", "secondary", 2))
    ]
    (folder / "study.json").write_text(json.dumps(study | {"endpoints": asked}))
    bundle: Bundle = read_bundle(folder)
    a, b, c = endpoints(bundle, {})
    assert a.p_holm == pytest.approx(a.p)
    assert c.p is not None
    assert c.p_holm == pytest.approx(min(1, 2 * c.p))
    assert b.p_holm is not None
    assert b.p_holm >= (b.p or 0)
