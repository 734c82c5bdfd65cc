"""ROC areas against pROC, and Obuchowski-Rockette against the printed analyses of the Van Dyke study."""

import numpy as np
import pytest

from analysis import errors
from analysis.roc.auc import auc_covariance, delong_test, empirical_auc, roc_curve, signed_confidence
from analysis.roc.obuchowski_rockette import obuchowski_rockette
from tests.analysis.oracles import fixture, r, van_dyke


def test_areas_variances_and_covariances_equal_proc():
    data, value = r("delong aSAH")
    scores = [data["s100b"], data["ndka"], data["wfns"]]
    areas, covariance = auc_covariance(scores, data["truth"])
    assert areas == pytest.approx(value["auc"], rel=1e-12)
    assert np.diag(covariance) == pytest.approx(value["variance"], rel=1e-10)
    assert covariance[0, 1] == pytest.approx(value["covariance12"], rel=1e-10)
    assert covariance[0, 2] == pytest.approx(value["covariance13"], rel=1e-10)
    found = empirical_auc(data["s100b"], data["truth"])
    assert [found.low, found.estimate, found.high] == pytest.approx(value["interval"], rel=1e-10)


def test_areas_of_women_of_pima_and_their_difference_equal_proc():
    data, value = r("delong Pima")
    areas, covariance = auc_covariance([data["glu"], data["bmi"]], data["truth"])
    assert areas == pytest.approx(value["auc"], rel=1e-12)
    assert np.diag(covariance) == pytest.approx(value["variance"], rel=1e-10)
    assert covariance[0, 1] == pytest.approx(value["covariance12"], rel=1e-10)
    found = empirical_auc(data["glu"], data["truth"])
    assert [found.low, found.estimate, found.high] == pytest.approx(value["interval"], rel=1e-10)
    test = delong_test(data["glu"], data["bmi"], data["truth"])
    assert [test.z, test.p] == pytest.approx([value["z12"], value["p12"]], rel=1e-10)


@pytest.mark.parametrize(("other", "z", "p"), [("ndka", "z12", "p12"), ("wfns", "z13", "p13")])
def test_delongs_paired_test_equals_proc(other, z, p):
    data, value = r("delong aSAH")
    found = delong_test(data["s100b"], data[other], data["truth"])
    assert found.z == pytest.approx(value[z], rel=1e-10)
    assert found.p == pytest.approx(value[p], rel=1e-10)


def test_the_area_is_the_share_of_ordered_pairs_with_ties_as_halves():
    rng = np.random.default_rng(1)
    scores, truth = rng.integers(1, 5, 60), rng.integers(0, 2, 60)
    up, down = scores[truth == 1][:, None], scores[truth == 0]
    by_hand = ((up > down) + (up == down) / 2).mean()
    assert empirical_auc(scores, truth).estimate == pytest.approx(by_hand, rel=1e-12)
    false, true, _ = roc_curve(scores, truth)
    assert np.trapezoid(true, false) == pytest.approx(by_hand, rel=1e-12)


def test_the_jackknife_covariance_leaves_out_each_case_in_turn():
    rng = np.random.default_rng(2)
    scores, truth = rng.integers(1, 6, (3, 30)), np.repeat([1, 0], [12, 18])
    left = np.array([auc_covariance(np.delete(scores, j, 1), np.delete(truth, j))[0] for j in range(30)])
    strayed = left - left.mean(axis=0)
    _, covariance = auc_covariance(scores, truth, method="jackknife")
    assert covariance == pytest.approx(strayed.T @ strayed * 29 / 30, rel=1e-10)


def test_the_unbiased_variance_is_unbiased():
    """Over all equally likely small samples from a population, its mean is the variance of the area."""
    rng = np.random.default_rng(3)
    areas, variances = [], []
    for _ in range(1500):
        scores = np.concatenate([rng.integers(0, 4, 5), rng.integers(0, 3, 4)])
        area, variance = auc_covariance(scores, np.repeat([1, 0], [5, 4]), method="unbiased")
        areas.append(area)
        variances.append(variance)
    assert np.mean(variances) == pytest.approx(np.var(areas), rel=0.08)


def test_the_van_dyke_study_with_unbiased_covariances_equals_the_printed_analysis():
    printed = fixture("van_dyke.json")["printed"]
    found = obuchowski_rockette(*van_dyke(), covariance="unbiased")
    assert np.array(found.areas) == pytest.approx(np.array(printed["areas"]), abs=5e-6)
    parts = [found.var_error, found.cov1, found.cov2, found.cov3, found.var_interaction, found.ms_interaction]
    names = ("error", "cov1", "cov2", "cov3", "interaction", "ms_interaction")
    assert parts == pytest.approx([printed[name] for name in names], abs=5e-9)
    assert found.var_reader == pytest.approx(printed["reader"], abs=5e-8)
    assert found.test.statistic == pytest.approx(printed["f"], abs=5e-5)
    assert found.test.df2 == pytest.approx(printed["df2"], abs=5e-4)
    assert found.test.p == pytest.approx(printed["p"], abs=5e-7)
    (difference,) = found.differences
    assert difference.se == pytest.approx(printed["difference_se"], abs=5e-7)
    ends = [printed["difference_low"], printed["difference_high"]]
    assert [difference.low, difference.high] == pytest.approx(ends, abs=5e-7)
    for mean, expected in zip(found.by_condition, printed["means"], strict=True):
        names = ("estimate", "se", "low", "high")
        assert [getattr(mean, name) for name in names] == pytest.approx(
            [expected[name] for name in names], abs=6e-6
        )
        assert mean.df == pytest.approx(expected["df"], abs=6e-4)


@pytest.mark.parametrize(
    ("covariance", "error", "cov1", "cov2", "cov3", "f", "df2", "p"),
    [  # printed by MRMCaov (Smith & Hillis 2020), empirical areas
        (
            "delong",
            0.0007921325,
            0.0003420090,
            0.0003395265,
            0.0002358497,
            4.484854,
            15.06611,
            0.05123303,
        ),
        ("unbiased", 0.0007883925, 0.0003416706, 0.0003390650, 0.0002356148, 4.489614, 15.03418, 0.0511618),
    ],
)
def test_readers_and_cases_random_equals_the_printed_analysis(covariance, error, cov1, cov2, cov3, f, df2, p):
    found = obuchowski_rockette(*van_dyke(), covariance=covariance)
    parts = [found.var_error, found.cov1, found.cov2, found.cov3]
    assert parts == pytest.approx([error, cov1, cov2, cov3], abs=5e-11)
    assert found.test.statistic == pytest.approx(f, abs=5e-7)
    assert found.test.df2 == pytest.approx(df2, abs=5e-6)
    assert found.test.p == pytest.approx(p, abs=5e-9)


def test_fixed_readers_by_the_jackknife_equals_the_printed_analysis():
    found = obuchowski_rockette(*van_dyke(), covariance="jackknife", inference="fixed readers, random cases")
    parts = [found.var_error, found.cov1, found.cov2, found.cov3]
    assert parts == pytest.approx([0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284], abs=5e-11)
    assert found.test.statistic == pytest.approx(5.475953, abs=5e-7)
    assert found.test.p == pytest.approx(0.01927984, abs=5e-9)
    (difference,) = found.differences
    assert [difference.se, difference.low, difference.high] == pytest.approx(
        [0.01871748, -0.08048591, -0.00711473], abs=5e-9
    )
    first, second = found.by_condition
    assert [first.se, first.low, first.high] == pytest.approx([0.02428971, 0.8494301, 0.9446440], abs=5e-8)
    assert [second.se, second.low, second.high] == pytest.approx([0.01677632, 0.9079564, 0.9737183], abs=5e-8)


def test_fixed_cases_equals_the_printed_analysis():
    found = obuchowski_rockette(*van_dyke(), inference="random readers, fixed cases")
    assert [found.test.statistic, found.test.df2] == pytest.approx([8.704, 4])
    assert found.test.p == pytest.approx(0.04195875, abs=5e-9)
    first, second = found.by_condition
    assert [first.se, first.low, first.high] == pytest.approx([0.02482994, 0.8280981, 0.9659760], abs=5e-8)
    assert [second.se, second.low, second.high] == pytest.approx([0.01615303, 0.8959894, 0.9856854], abs=5e-8)


def test_an_interval_on_the_logit_scale_has_the_same_error_and_stays_below_one():
    """By hand: logit(.897037) ± t(.975, 12.7465) se / (A (1 - A))."""
    plain, logit = (
        obuchowski_rockette(van_dyke()[0][0], van_dyke()[1], scale=scale).by_condition[0]
        for scale in ("identity", "logit")
    )
    assert (logit.estimate, logit.se, logit.df) == (plain.estimate, plain.se, plain.df)
    area, quantile = plain.estimate, (plain.high - plain.estimate) / plain.se
    reach = quantile * plain.se / (area * (1 - area))
    ends = [1 / (1 + np.exp(-(np.log(area / (1 - area)) + side * reach))) for side in (-1, 1)]
    assert [logit.low, logit.high] == pytest.approx(ends, rel=1e-9)
    with pytest.raises(errors.UnknownChoiceError, match="take one of identity, logit"):
        obuchowski_rockette(*van_dyke(), scale="probit")


def test_one_condition_equals_that_conditions_own_row():
    scores, truth = van_dyke()
    alone = obuchowski_rockette(scores[1], truth, covariance="unbiased").by_condition[0]
    both = obuchowski_rockette(scores, truth, covariance="unbiased").by_condition[1]
    assert (alone.estimate, alone.se, alone.df) == pytest.approx((both.estimate, both.se, both.df), rel=1e-10)


def test_two_readers_are_fixed_and_it_is_said():
    scores, truth = van_dyke()
    found = obuchowski_rockette(scores[0, :2], truth)
    assert found.inference == "fixed readers, random cases"
    assert found.by_condition[0].assumptions == ("fixed readers, random cases",)


def test_a_case_with_a_missing_score_is_left_out_and_counted():
    scores, truth = van_dyke()
    scores[0, 0, 3] = np.nan
    found = obuchowski_rockette(scores, truth)
    assert (found.n_cases, found.n_dropped) == (113, 1)


def test_readers_who_are_perfect_have_areas_but_no_interval():
    found = obuchowski_rockette(np.tile([1, 1, 2, 2], (3, 1)), [0, 0, 1, 1])
    assert found.by_condition[0].estimate == 1
    assert found.by_condition[0].low is None
    assert found.by_condition[0].reason
    assert empirical_auc([1, 1, 2, 2], [0, 0, 1, 1]).reason


def test_call_and_confidence_make_one_scale():
    assert signed_confidence([True, False], [3, 2]).tolist() == [3, -2]
    with pytest.raises(errors.WrongValueError, match="above 0"):
        signed_confidence([True], [0])


def test_cases_of_one_kind_have_no_roc_curve():
    with pytest.raises(errors.NothingToAnalyseError):
        empirical_auc([1, 2, 3], [1, 1, 1])
