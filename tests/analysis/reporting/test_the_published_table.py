"""A quartet study with the published margins gives the published numbers, beside what they hide."""

from pathlib import Path

import pytest

import analysis
from analysis.document import SectionResult
from analysis.example import FOLDER, write_example
from analysis.reporting.rate_tables import published_rows


@pytest.fixture(scope="module")
def quartets() -> SectionResult:
    return analysis.report(analysis.read_bundle(FOLDER)).results.sections["quartets"]


def test_the_shipped_example_is_what_the_simulation_writes(tmp_path: Path) -> None:
    write_example(tmp_path)
    shipped = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == shipped
    assert sum(map(len, shipped.values())) < 300_000


def test_116_of_400_are_29_percent(quartets: SectionResult) -> None:
    overall = quartets.detection.overall
    assert (overall.k, overall.n, overall.rate, overall.chance) == (116, 400, 0.29, 0.25)
    # R 4.2.2: binom.test(116, 400, 0.25)
    assert overall.exact.p_two_sided == pytest.approx(0.0732332298653594, rel=1e-12)
    assert overall.exact.low == pytest.approx(0.245979634927, rel=1e-10)
    assert overall.exact.high == pytest.approx(0.337159469503, rel=1e-10)


def test_the_kappa_of_the_picks_prints_as_published(quartets: SectionResult) -> None:
    fleiss = quartets.agreement.picks.fleiss
    assert analysis.half_up(fleiss.estimate) == "0.061"
    assert fleiss.z == pytest.approx(4, abs=0.3)
    assert fleiss.low < fleiss.estimate < fleiss.high
    assert fleiss.se_readers > 0


def test_the_four_means_round_half_up(quartets: SectionResult) -> None:
    shown = {row.source: row.text for row in quartets.realism.by_source}
    assert shown == {
        "real": "3.323",
        "checkpoint-a": "3.228",
        "checkpoint-b": "3.258",
        "checkpoint-c": "3.320",
    }


def test_the_three_p_values_and_their_holm_values_print_as_published(quartets: SectionResult) -> None:
    rows = list(published_rows(quartets.realism))
    assert [analysis.p_text(row.published.p) for row in rows] == [".128", ".236", "1.000"]
    assert [analysis.p_text(row.published.p_holm) for row in rows] == [".383", ".471", "1.000"]


def test_beside_them_stands_what_they_hide(quartets: SectionResult) -> None:
    rows = list(published_rows(quartets.realism))
    assert [row.published.n_zero for row in rows] == [1, 2, 0]
    # exact with ties, 2^7 and 2^6 sign patterns
    assert [row.exact.p for row in rows] == [18 / 128, 24 / 64, 1.0]
    assert all(d.low < d.estimate < d.high for d in (row.pair.difference for row in rows))


def test_the_trial_level_stands_beside_the_reader_level(quartets: SectionResult) -> None:
    units = [pair.unit for pair in quartets.realism.pairs]
    assert units == ["reader"] * 3 + ["trial"] * 3
    methods = {test.method for pair in quartets.realism.pairs for test in pair.tests}
    assert methods == {"wilcoxon-asymptotic", "wilcoxon-exact", "wilcoxon-pratt"}


def test_equivalence_says_which_margin_would_pass(quartets: SectionResult) -> None:
    equivalence = quartets.detection.overall.equivalence
    assert equivalence.margin == 0.1
    assert equivalence.within
    assert equivalence.smallest_margin < 0.1
