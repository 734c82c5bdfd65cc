"""Agreement among many readers, against printed tables, irrCAC and the krippendorff package."""

import itertools
import math

import krippendorff
import numpy as np
import pytest
from scipy.special import expit, stdtrit
from statsmodels.stats import inter_rater

from analysis.agreement.chance import brennan_prediger, fleiss_kappa, gwet_ac1, gwet_ac2, raw_agreement
from analysis.agreement.conger import conger_kappa
from analysis.agreement.krippendorff import krippendorff_alpha
from analysis.errors import WrongValueError
from tests.analysis.oracles import agreement_table, fixture

COEFFICIENTS = {
    "fleiss": fleiss_kappa,
    "gwet_ac1": gwet_ac1,
    "conger": conger_kappa,
    "krippendorff": krippendorff_alpha,
    "brennan_prediger": brennan_prediger,
}


def table_of_counts(counts):
    """Readers x cases with the given counts per case and category."""
    return np.array([np.repeat(np.arange(len(row)), row) for row in counts]).T


def random_table(seed, readers=7, cases=30, categories=4, missing=0.0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, categories + 1, cases)
    table = np.where(
        rng.random((readers, cases)) < 0.5, truth, rng.integers(1, categories + 1, (readers, cases))
    )
    return np.where(rng.random(table.shape) < missing, np.nan, table.astype(float))


def test_fleiss_kappa_of_the_psychiatric_diagnoses_equals_irr():
    table, printed = agreement_table("fleiss_1971")
    found = fleiss_kappa(table)
    assert found.estimate == pytest.approx(printed["kappa"], abs=5e-8)
    assert found.z == pytest.approx(printed["z"], abs=5e-6)
    for category, (kappa, z) in zip(found.per_category, printed["per_category"], strict=True):
        assert category.estimate == pytest.approx(kappa, abs=5e-4)
        assert category.z == pytest.approx(z, abs=5e-4)


def test_fleiss_kappa_of_fourteen_raters_by_hand():
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    found = fleiss_kappa(table_of_counts(counts))
    assert found.observed == pytest.approx(0.37802197802197, rel=1e-12)  # 344/910
    assert found.expected == pytest.approx(0.21275510204081632, rel=1e-12)  # 4170/140²
    assert found.estimate == pytest.approx(0.20993070442195522, rel=1e-12)
    assert found.estimate == pytest.approx(inter_rater.fleiss_kappa(np.array(counts)), rel=1e-12)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_coefficients_and_errors_with_missing_answers_equal_gwets(name):
    table, printed = agreement_table("gwet_2014")
    found = COEFFICIENTS[name](table)
    value, error = printed["printed"][name]
    assert found.estimate == pytest.approx(value, abs=5e-6)
    assert found.se_cases == pytest.approx(error, abs=5e-6)


@pytest.mark.parametrize("name", ["fleiss", "gwet", "conger", "bp"])
@pytest.mark.parametrize("case", range(8))
def test_weighted_coefficients_their_errors_and_plain_intervals_equal_irrcac(name, case):
    oracle = fixture("irrcac.json")[case]
    table = np.array(oracle["readers_by_cases"], dtype=float)
    coefficient = {"fleiss": fleiss_kappa, "gwet": gwet_ac2, "conger": conger_kappa, "bp": brennan_prediger}[
        name
    ]
    found = coefficient(table, categories=[1, 2, 3, 4], weights=oracle["weights"])
    assert plain(found) == pytest.approx(oracle["values"][name], rel=1e-10)
    if name in ("gwet", "bp"):
        assert [found.low, found.high] == pytest.approx(oracle["values"][name][2:], rel=1e-10)


@pytest.mark.parametrize("case", [0, 4])
def test_nominal_alpha_its_error_and_plain_interval_equal_irrcac(case):
    oracle = fixture("irrcac.json")[case]
    found = krippendorff_alpha(np.array(oracle["readers_by_cases"], dtype=float))
    assert plain(found) == pytest.approx(oracle["values"]["krippendorff"], rel=1e-10)


def plain(found):
    """Estimate, error and the symmetrical interval of Gwet (2014)."""
    reach = stdtrit(found.df, 0.975) * found.se_cases
    ends = found.estimate - reach, min(1.0, found.estimate + reach)
    return [found.estimate, found.se_cases, *ends]


@pytest.mark.parametrize("name", ["fleiss", "conger", "krippendorff"])
@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_the_interval_of_kappa_is_close_to_the_jackknife_of_its_logarithm(name, missing):
    coefficient = COEFFICIENTS[name]
    table = random_table(19, cases=80, missing=missing)
    found = coefficient(table)
    n = (~np.isnan(table)).sum(axis=0)
    more = n[n > 1].mean() - 1
    without = np.array([coefficient(np.delete(table, j, axis=1)).estimate for j in range(80)])
    logs = np.log(1 + more * without)
    reach = stdtrit(79, 0.975) * math.sqrt(79 / 80 * ((logs - logs.mean()) ** 2).sum())
    for end, sign in ((found.low, -1), (found.high, 1)):
        away = math.log((1 + more * end) / (1 + more * found.estimate))
        assert away == pytest.approx(sign * reach, rel=0.05)


def test_intervals_of_weak_kappas_hold_the_truth():
    rng = np.random.default_rng(8)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    held = plainly = 0
    for _ in range(300):
        skill = rng.normal(0, 0.4, (8, 1)) - 0.8
        right = expit(skill + 0.5 * nodes)
        # kappa of these readers on all cases: expected pairs of like answers
        pairs = sum((q.sum(axis=0) ** 2 - (q**2).sum(axis=0)) @ weights for q in (right, 1 - right))
        agree, p = pairs / 56 / weights.sum(), right.mean(axis=0) @ weights / weights.sum()
        chance = p**2 + (1 - p) ** 2
        table = rng.random((8, 50)) < expit(skill + 0.5 * rng.normal(size=50))
        found = fleiss_kappa(table.astype(float))
        truth = (agree - chance) / (1 - chance)
        held += found.low <= truth <= found.high
        reach = stdtrit(49, 0.975) * found.se_cases
        plainly += abs(found.estimate - truth) <= reach
    # Gwet's symmetrical interval holds fewer than 93%
    assert held >= 281 > plainly


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_equals_krippendorffs_printed_example_and_his_package(metric):
    table, printed = agreement_table("krippendorff_2011")
    found = krippendorff_alpha(table, metric=metric)
    assert found.estimate == pytest.approx(printed["printed"][metric], abs=5e-4)
    oracle = krippendorff.alpha(reliability_data=table, level_of_measurement=metric)
    assert found.estimate == pytest.approx(oracle, rel=1e-12)


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_alpha_equals_the_krippendorff_package_on_random_tables(metric, missing):
    table = random_table(3, missing=missing)
    oracle = krippendorff.alpha(reliability_data=table, level_of_measurement=metric)
    assert krippendorff_alpha(table, metric=metric).estimate == pytest.approx(oracle, rel=1e-12)


def test_ac1_follows_gwets_own_formula():
    table = random_table(5)
    counts, categories = inter_rater.aggregate_raters(table.T)
    p = counts.mean(axis=0) / len(table)
    pa = ((counts**2).sum(axis=1) - 7).mean() / 42
    pe = (p * (1 - p)).sum() / (len(categories) - 1)
    assert gwet_ac1(table).estimate == pytest.approx((pa - pe) / (1 - pe), rel=1e-12)


def test_categories_nobody_chose_count_for_ac1_and_brennan_prediger_when_named():
    table = [[1, 2, 1, 1], [1, 2, 2, 1]]
    assert brennan_prediger(table).expected == pytest.approx(1 / 2)
    assert brennan_prediger(table, categories=[1, 2, 3, 4]).expected == pytest.approx(1 / 4)
    assert gwet_ac1(table, categories=[1, 2, 3, 4]).estimate > gwet_ac1(table).estimate


def test_quadratic_ac2_of_two_readers_by_hand():
    # pairs (1,1) (1,2) (3,3) (2,3): weights 1, 3/4, 1, 3/4; shares 3/8, 2/8, 3/8
    found = gwet_ac2([[1, 1, 3, 2], [1, 2, 3, 3]], weights="quadratic")
    total = 3 + 4 * 0.75 + 2 * 0.0
    expected = total / 6 * (3 / 8 * 5 / 8 * 2 + 1 / 4 * 3 / 4)
    assert found.observed == pytest.approx(0.875)
    assert found.expected == pytest.approx(expected)
    assert found.estimate == pytest.approx((0.875 - expected) / (1 - expected))


def test_congers_kappa_is_built_from_the_mean_of_pairwise_chance_agreements():
    table = random_table(8, readers=5)
    pairs = [
        sum((table[g] == k).mean() * (table[h] == k).mean() for k in range(1, 5))
        for g, h in itertools.combinations(range(5), 2)
    ]
    assert conger_kappa(table).expected == pytest.approx(np.mean(pairs), rel=1e-12)


def test_the_error_over_cases_is_the_designs_linearised_formula():
    table = random_table(11)
    found = fleiss_kappa(table)
    counts, _ = inter_rater.aggregate_raters(table.T)
    n, r = counts.shape[0], 7
    pa_i = ((counts**2).sum(axis=1) - r) / (r * (r - 1))
    p = counts.mean(axis=0) / r
    pe, pe_i = (p**2).sum(), counts @ p / r
    k_i = (pa_i - pe) / (1 - pe) - 2 * (1 - found.estimate) * (pe_i - pe) / (1 - pe)
    by_hand = math.sqrt(((k_i - found.estimate) ** 2).sum() / (n * (n - 1)))
    assert found.se_cases == pytest.approx(by_hand, rel=1e-12)
    assert found.df == n - 1


@pytest.mark.parametrize("name", ["gwet_ac1", "brennan_prediger"])
@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_the_error_over_readers_is_the_plain_jackknife(name, missing):
    coefficient = COEFFICIENTS[name]
    table = random_table(13, missing=missing)
    found = coefficient(table)
    by_hand = math.sqrt(jackknife_of_readers(coefficient, table)[1])
    assert found.se_readers == pytest.approx(by_hand, rel=1e-9)
    assert found.high_readers - found.estimate == pytest.approx(stdtrit(6, 0.975) * by_hand, rel=1e-9)


def jackknife_of_readers(coefficient, table):
    """The estimate less its bias, and the plain variance, by leaving each reader out."""
    n = len(table)
    without = np.array([coefficient(np.delete(table, g, axis=0)).estimate for g in range(n)])
    middle = n * coefficient(table).estimate - (n - 1) * without.mean()
    return middle, (n - 1) / n * ((without - without.mean()) ** 2).sum()


@pytest.mark.parametrize("name", ["fleiss", "conger", "krippendorff"])
@pytest.mark.parametrize(("missing", "rel"), [(0.0, 0.02), (0.15, 0.08)])
def test_the_error_of_kappa_over_readers_is_the_jackknife_corrected_by_pairs_left_out(name, missing, rel):
    coefficient = COEFFICIENTS[name]
    table = random_table(13, cases=120, missing=missing)
    n = len(table)
    middle, plain_variance = jackknife_of_readers(coefficient, table)
    pairs = list(itertools.combinations(range(n), 2))
    left = np.array([coefficient(np.delete(table, pair, axis=0)).estimate for pair in pairs])
    design = np.array([[1.0, *(g in pair for g in range(n))] for pair in pairs])
    residual = left - design @ np.linalg.lstsq(design, left)[0]
    # what is left of one pair counts 2 / ((n-2)(n-3)) in the coefficient without it
    df = n * (n - 3) / 2
    noise = (residual**2).sum() * ((n - 2) * (n - 3) / 2) ** 2 / df
    twice = 2 * noise / ((n - 1) * (n - 2))
    variance = plain_variance - twice
    found = coefficient(table)
    assert found.se_readers == pytest.approx(math.sqrt(variance), rel=rel)
    satterthwaite = variance**2 / (plain_variance**2 / (n - 1) + twice**2 / df)
    reach = min(
        stdtrit(satterthwaite, 0.975) * math.sqrt(variance), stdtrit(n - 1, 0.975) * plain_variance**0.5
    )
    assert (found.low_readers + found.high_readers) / 2 == pytest.approx(middle, rel=1e-6)
    assert found.high_readers - middle == pytest.approx(reach, rel=2 * rel)


def test_the_error_of_a_weak_kappa_over_readers_is_its_scatter_over_readers():
    rng = np.random.default_rng(4)
    ease = rng.normal(0, 0.5, 60)
    found = []
    for _ in range(400):
        skill = rng.normal(0, 0.4, (12, 1)) - 0.8
        found.append(fleiss_kappa((rng.random((12, 60)) < expit(skill + ease)).astype(int)))
    scatter = np.var([item.estimate for item in found])
    # the floor keeps it a little above; the plain jackknife would have it 1.7 times as large
    assert 0.9 * scatter < np.mean([item.se_readers**2 for item in found]) < 1.3 * scatter


def test_three_readers_have_the_plain_jackknife_over_readers():
    table = random_table(14, readers=3)
    found = fleiss_kappa(table)
    by_hand = math.sqrt(jackknife_of_readers(fleiss_kappa, table)[1])
    assert found.se_readers == pytest.approx(by_hand, rel=1e-9)


def test_readers_of_separate_cases_have_an_error_over_readers_too():
    table = random_table(15, readers=8, cases=60)
    table[:4, :30] = table[4:, 30:] = np.nan
    found = fleiss_kappa(table)
    assert found.low_readers < found.estimate < found.high_readers
    assert found.se_readers**2 < jackknife_of_readers(fleiss_kappa, table)[1]


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_the_linearised_error_is_close_to_the_jackknife_over_cases(name):
    coefficient = COEFFICIENTS[name]
    table = random_table(17, cases=150)
    without = np.array([coefficient(np.delete(table, j, axis=1)).estimate for j in range(150)])
    jackknife = math.sqrt(149 / 150 * ((without - without.mean()) ** 2).sum())
    assert coefficient(table).se_cases == pytest.approx(jackknife, rel=0.03)


def test_the_null_error_with_missing_answers_is_the_scatter_of_kappa_without_agreement():
    rng = np.random.default_rng(19)
    shares = [0.5, 0.3, 0.2]
    seen = rng.random((5, 40)) < 0.7
    seen[:, :5] = False
    seen[0, :5] = True  # some cases with one answer
    found = [
        fleiss_kappa(np.where(seen, rng.choice(3, p=shares, size=seen.shape), np.nan)) for _ in range(600)
    ]
    scatter = np.std([item.estimate for item in found])
    assert np.mean([item.se_null for item in found]) == pytest.approx(scatter, rel=0.08)


def test_raw_agreement_is_the_mean_share_of_agreeing_pairs():
    table = random_table(23, missing=0.3)
    shares = []
    for case in table.T:
        seen = case[np.isfinite(case)]
        if len(seen) > 1:
            shares.append(np.mean([a == b for a, b in itertools.combinations(seen, 2)]))
    assert raw_agreement(table).estimate == pytest.approx(np.mean(shares), rel=1e-12)


def test_named_categories_agree_like_numbers():
    words = np.array([["real", "a", "b"], ["real", "a", "a"], ["b", "a", None]], dtype=object)
    numbers = np.array([[2, 0, 1], [2, 0, 0], [1, 0, np.nan]])
    assert fleiss_kappa(words).estimate == pytest.approx(fleiss_kappa(numbers).estimate)
    assert fleiss_kappa(words).categories == ("a", "b", "real")


def test_interval_distances_between_names_are_refused():
    with pytest.raises(WrongValueError, match="nominal or ordinal"):
        krippendorff_alpha([["a", "b"], ["b", "a"]], metric="interval")


def test_an_answer_outside_the_named_categories_is_refused():
    with pytest.raises(WrongValueError, match="none of the categories"):
        fleiss_kappa([[1, 2], [1, 9]], categories=[1, 2, 3])
