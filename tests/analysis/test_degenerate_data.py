"""Whatever the answers are, a statistic is a number, or None with a reason; never NaN, never a warning."""

import math
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import agreement, bayes, bootstrap, crossed, proportions, ranks, roc, signal_detection
from analysis.errors import AnalysisError

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
        agreement.fleiss_kappa,
        agreement.gwet_ac1,
        agreement.gwet_ac2,
        agreement.brennan_prediger,
        agreement.conger_kappa,
        agreement.krippendorff_alpha,
        agreement.raw_agreement,
        agreement.kendall_w,
        agreement.icc_forms,
        crossed.crossed_mean,
        ranks.friedman,
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
    attempt(agreement.krippendorff_alpha, table, metric=metric)


@QUICK
@given(table=binary_tables, other=binary_tables)
def test_any_right_and_wrong_answers_give_a_crossed_rate_or_a_reason(table, other):
    for readers in ("auto", "random", "fixed"):
        attempt(crossed.crossed_rate, table, chance=0.25, readers=readers)
    attempt(crossed.crossed_rate, table, cases="fixed")
    attempt(crossed.crossed_difference, table, other)
    attempt(crossed.crossed_stratified, table, np.arange(table.shape[1]) % 2)
    attempt(ranks.cochran_q, table.T)
    attempt(bootstrap.bootstrap_mean, table, replicates=8, rng=np.random.default_rng(0))
    attempt(bootstrap.bootstrap_fleiss, table, replicates=8, rng=np.random.default_rng(0))


@QUICK
@given(first=lists, second=lists)
def test_any_two_groups_give_tests_or_reasons(first, second):
    for method in ("rank-sum-asymptotic", "rank-sum-asymptotic-corrected", "rank-sum-exact"):
        attempt(ranks.rank_sum, first, second, method=method)
    attempt(ranks.kruskal, [first, second, first])
    attempt(ranks.cliffs_delta, first, second)
    attempt(ranks.a12, first, second)
    attempt(ranks.hodges_lehmann_two_sample, first, second)
    attempt(ranks.tost_independent, first, second, 0.5)
    attempt(ranks.superiority_clustered, first, second, range(len(first)), range(len(second)))
    attempt(roc.empirical_auc, first + second, [1] * len(first) + [0] * len(second))


@QUICK
@given(pairs=st.lists(st.tuples(*[st.sampled_from([1.0, 2.0, 3.0, math.nan])] * 2), min_size=1, max_size=10))
def test_any_pairs_give_tests_or_reasons(pairs):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    for method in ranks.SIGNED_RANK_METHODS:
        attempt(ranks.signed_rank, first, second, method=method)
    attempt(ranks.sign_test, first, second)
    attempt(ranks.hodges_lehmann, first, second)
    attempt(ranks.tost_paired, first, second, 0.5)
    for weights in ("identity", "linear", "quadratic", "ordinal"):
        attempt(agreement.cohen_kappa, first, second, weights=weights)
    attempt(ranks.superiority_crossed, [first], [second])


@QUICK
@given(cells=arrays(np.int64, (3, 3), elements=st.integers(0, 4)))
def test_any_square_table_gives_tests_or_reasons(cells):
    attempt(ranks.stuart_maxwell, cells)
    attempt(ranks.bowker, cells)
    attempt(proportions.fisher_exact, cells[:2, :2])
    for method in ("mcnemar-exact", "mcnemar-mid-p", "mcnemar-asymptotic", "mcnemar-asymptotic-corrected"):
        attempt(ranks.mcnemar, cells[0, 1], cells[1, 0], method=method)
    attempt(signal_detection.yes_no, *(int(item) for item in cells.ravel()[:4]))


@QUICK
@given(n=st.integers(1, 60), data=st.data())
def test_any_count_gives_intervals_that_hold_the_share(n, data):
    k = data.draw(st.integers(0, n))
    for interval in (proportions.wilson, proportions.clopper_pearson, proportions.mid_p):
        found = interval(k, n)
        check(found)
        assert 0 <= found.low <= k / n <= found.high <= 1
    check(proportions.exact_equivalence(k, n, 0.25, 0.1))
    check(bayes.beta_binomial_bayes_factor(k, n, 0.25, alternative="greater"))
    check(signal_detection.mafc_dprime_interval(proportions.clopper_pearson(k, n), 4))


@QUICK
@given(
    scores=shapes.flatmap(
        lambda s: arrays(np.float64, (2, *s), elements=st.sampled_from([1.0, 2.0, 3.0, math.nan]))
    )
)
def test_any_scores_give_roc_analyses_or_refusals(scores):
    truth = np.arange(scores.shape[2]) % 2
    for covariance in ("delong", "jackknife", "unbiased"):
        attempt(roc.obuchowski_rockette, scores, truth, covariance=covariance)
    attempt(roc.delong_test, scores[0, 0], scores[1, 0], truth)


@pytest.mark.parametrize(
    "function",
    [
        agreement.fleiss_kappa,
        agreement.conger_kappa,
        agreement.gwet_ac1,
        agreement.gwet_ac2,
        agreement.brennan_prediger,
        agreement.raw_agreement,
        agreement.krippendorff_alpha,
    ],
)
def test_a_table_without_any_answer_has_no_agreement_but_a_reason(function):
    found = function([[math.nan] * 3] * 2, categories=[0, 1])
    assert found.estimate is None
    assert found.reason == "No case was answered by two readers, so there is no agreement to measure."
    check(found)
