"""Whatever the answers are, a statistic is a number, or None with a reason; never NaN, never a warning."""

import math
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import analysis
from analysis.errors import AnalysisError
from analysis.ranks.signed import SIGNED_RANK_METHODS

QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)

shapes = st.tuples(st.integers(1, 5), st.integers(1, 6))
values = st.one_of(st.sampled_from([0.0, 1.0]), st.sampled_from([1.0, 2.0, 3.0, 4.0]), st.just(math.nan))
tables = shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=values))
binary_tables = shapes.flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, math.nan]))
)
lists = st.lists(st.sampled_from([1.0, 2.0, 2.5, 3.0, 4.0]), min_size=1, max_size=9)


def check(result):
    """Every float is finite, and what has no estimate, interval or p-value has a reason."""
    if isinstance(result, dict):
        for item in result.values():
            check(item)
        return
    if isinstance(result, tuple | list):
        for item in result:
            check(item)
        return
    if isinstance(result, float):
        assert math.isfinite(result)
    if not is_dataclass(result):
        return
    names = {field.name for field in fields(result)}
    if {"low", "reason"} <= names and (result.estimate is None or result.low is None):
        assert result.reason
    if {"statistic", "reason"} <= names and result.p is None:
        assert result.reason
    for field in fields(result):
        check(getattr(result, field.name))


def attempt(function, *arguments, **named):
    """A refusal is an answer too, if it is one of ours and says something."""
    try:
        result = function(*arguments, **named)
    except AnalysisError as error:
        result = str(error)
    check(result)


@pytest.mark.parametrize(
    "function",
    [
        analysis.fleiss_kappa,
        analysis.gwet_ac1,
        analysis.gwet_ac2,
        analysis.brennan_prediger,
        analysis.conger_kappa,
        analysis.krippendorff_alpha,
        analysis.raw_agreement,
        analysis.kendall_w,
        analysis.icc_forms,
        analysis.crossed_mean,
        analysis.friedman,
    ],
    ids=lambda function: function.__name__,
)
@QUICK
@given(table=tables)
def test_any_table_of_ratings_gives_numbers_or_reasons(function, table):
    attempt(function, table)


@pytest.mark.parametrize("metric", ["ordinal", "interval", "ratio"])
@QUICK
@given(table=tables)
def test_any_table_has_an_alpha_or_a_reason(metric, table):
    attempt(analysis.krippendorff_alpha, table, metric=metric)


@QUICK
@given(table=binary_tables, other=binary_tables)
def test_any_right_and_wrong_answers_give_a_crossed_rate_or_a_reason(table, other):
    for readers in ("auto", "random", "fixed"):
        attempt(analysis.crossed_rate, table, chance=0.25, readers=readers)
    attempt(analysis.crossed_rate, table, cases="fixed")
    attempt(analysis.crossed_difference, table, other)
    attempt(analysis.crossed_stratified, table, np.arange(table.shape[1]) % 2)
    attempt(analysis.cochran_q, table.T)
    attempt(analysis.bootstrap_mean, table, replicates=8, rng=np.random.default_rng(0))
    attempt(analysis.bootstrap_fleiss, table, replicates=8, rng=np.random.default_rng(0))


@QUICK
@given(first=lists, second=lists)
def test_any_two_groups_give_tests_or_reasons(first, second):
    for method in ("rank-sum-asymptotic", "rank-sum-asymptotic-corrected", "rank-sum-exact"):
        attempt(analysis.rank_sum, first, second, method=method)
    attempt(analysis.kruskal, [first, second, first])
    attempt(analysis.cliffs_delta, first, second)
    attempt(analysis.a12, first, second)
    attempt(analysis.hodges_lehmann_two_sample, first, second)
    attempt(analysis.tost_independent, first, second, 0.5)
    attempt(analysis.superiority_clustered, first, second, range(len(first)), range(len(second)))
    attempt(analysis.empirical_auc, first + second, [1] * len(first) + [0] * len(second))


@QUICK
@given(pairs=st.lists(st.tuples(*[st.sampled_from([1.0, 2.0, 3.0, math.nan])] * 2), min_size=1, max_size=10))
def test_any_pairs_give_tests_or_reasons(pairs):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    for method in SIGNED_RANK_METHODS:
        attempt(analysis.signed_rank, first, second, method=method)
    attempt(analysis.sign_test, first, second)
    attempt(analysis.hodges_lehmann, first, second)
    attempt(analysis.tost_paired, first, second, 0.5)
    for weights in ("identity", "linear", "quadratic", "ordinal"):
        attempt(analysis.cohen_kappa, first, second, weights=weights)
    attempt(analysis.superiority_crossed, [first], [second])


@QUICK
@given(cells=arrays(np.int64, (3, 3), elements=st.integers(0, 4)))
def test_any_square_table_gives_tests_or_reasons(cells):
    attempt(analysis.stuart_maxwell, cells)
    attempt(analysis.bowker, cells)
    attempt(analysis.fisher_exact, cells[:2, :2])
    for method in ("mcnemar-exact", "mcnemar-mid-p", "mcnemar-asymptotic", "mcnemar-asymptotic-corrected"):
        attempt(analysis.mcnemar, cells[0, 1], cells[1, 0], method=method)
    attempt(analysis.yes_no, *(int(item) for item in cells.ravel()[:4]))


@QUICK
@given(n=st.integers(1, 60), data=st.data())
def test_any_count_gives_intervals_that_hold_the_share(n, data):
    k = data.draw(st.integers(0, n))
    for interval in (analysis.wilson, analysis.clopper_pearson, analysis.mid_p):
        found = interval(k, n)
        check(found)
        assert 0 <= found.low <= k / n <= found.high <= 1
    check(analysis.exact_equivalence(k, n, 0.25, 0.1))
    check(analysis.beta_binomial_bayes_factor(k, n, 0.25, alternative="greater"))
    check(analysis.mafc_dprime_interval(analysis.clopper_pearson(k, n), 4))


@QUICK
@given(
    scores=shapes.flatmap(
        lambda s: arrays(np.float64, (2, *s), elements=st.sampled_from([1.0, 2.0, 3.0, math.nan]))
    )
)
def test_any_scores_give_roc_analyses_or_refusals(scores):
    truth = np.arange(scores.shape[2]) % 2
    for covariance in ("delong", "jackknife", "unbiased"):
        attempt(analysis.obuchowski_rockette, scores, truth, covariance=covariance)
    attempt(analysis.delong_test, scores[0, 0], scores[1, 0], truth)


@pytest.mark.parametrize(
    "function",
    [
        analysis.fleiss_kappa,
        analysis.conger_kappa,
        analysis.gwet_ac1,
        analysis.gwet_ac2,
        analysis.brennan_prediger,
        analysis.raw_agreement,
        analysis.krippendorff_alpha,
    ],
)
def test_a_table_without_any_answer_has_no_agreement_but_a_reason(function):
    found = function([[math.nan] * 3] * 2, categories=[0, 1])
    assert found.estimate is None
    assert found.reason == "No case was answered by two readers, so there is no agreement to measure."
    check(found)
