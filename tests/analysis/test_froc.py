"""Marks against true places, held against hand computations, a plain jackknife and the ROC area."""

import math
from itertools import product

import numpy as np
import pytest

from analysis.errors import WrongShapeError
from analysis.froc import CaseMarks, froc, froc_difference, judge
from analysis.roc.obuchowski_rockette import obuchowski_rockette

NOTHING = -math.inf


def test_a_mark_is_of_the_nearest_lesion_within_reach() -> None:
    found = judge(
        [(10, 10, 0, 3), (12, 10, 0, 5), (40, 40, 0, 2), (10, 10, 1, 4)], [(11, 11, 0), (60, 60, 0)], 5
    )
    assert found == CaseMarks(false=(2, 4), lesions=(5, NOTHING))


def test_the_figure_of_merit_by_hand() -> None:
    own = [
        CaseMarks(false=(1, 3), lesions=()),
        CaseMarks(false=(), lesions=()),
        CaseMarks(false=(5,), lesions=(4, NOTHING)),
        CaseMarks(false=(), lesions=(3,)),
    ]
    # normal cases: 3 and nothing; lesions: 4, nothing, 3
    # 4 > 3, nothing < 3, 3 = 3 (half); 4 > nothing, nothing = nothing (half), 3 > nothing
    found = froc([own, own], readers=["a", "b"])
    assert found.figure == "JAFROC"
    assert found.estimate == pytest.approx((1 + 0 + 0.5 + 1 + 0.5 + 1) / 6)
    assert [(row.found, row.lesions, row.false_per_image) for row in found.by_reader] == [(2, 3, 0.75)] * 2
    assert found.curves[0].sensitivity[-1] == pytest.approx(2 / 3)


def drawn(rng: np.random.Generator, readers: int, cases: int) -> list[list[CaseMarks]]:
    # cases differ, so that readers agree more than by chance
    skill, ease = rng.normal(1, 0.3, readers), rng.normal(0, 1.5, cases)
    return [
        [
            CaseMarks(
                false=tuple(rng.normal(ease[c], 0.6, rng.poisson(0.9)).tolist()),
                lesions=tuple(rng.normal(one + ease[c], 0.6, c % 3).tolist()),
            )
            for c in range(cases)
        ]
        for one in skill
    ]


def figure(own: list[CaseMarks]) -> float:
    normal = [max(case.false, default=NOTHING) for case in own if not case.lesions]
    lesions = [rating for case in own for rating in case.lesions]
    return float(np.mean([(y > x) + 0.5 * (y == x) for x, y in product(normal, lesions)]))


def test_the_variance_is_a_plain_jackknife_over_cases() -> None:
    own = drawn(np.random.default_rng(1), 2, 30)
    left = np.array([[figure(r[:c] + r[c + 1 :]) for c in range(30)] for r in own])
    covariance = 29 / 30 * np.array(np.cov(left, ddof=0)) * 30
    found = froc(own)
    # two readers are fixed: the mean of two has the variance of their sum over four
    assert found.se is not None
    assert found.se**2 == pytest.approx(covariance.sum() / 4)


def test_one_lesion_a_case_is_the_area_under_the_roc_curve() -> None:
    rng = np.random.default_rng(2)
    truth = np.arange(40) % 2
    scores = rng.normal(0, 1, (5, 40)) + truth
    own = [
        [
            CaseMarks(false=(), lesions=(score,)) if positive else CaseMarks(false=(score,), lesions=())
            for score, positive in zip(row, truth, strict=True)
        ]
        for row in scores.tolist()
    ]
    found = froc(own)
    area = obuchowski_rockette(scores, truth, covariance="jackknife", scale="logit").by_condition[0]
    assert (found.estimate, found.se, found.low) == pytest.approx((area.estimate, area.se, area.low))


def test_without_normal_cases_all_false_marks_count() -> None:
    own = [CaseMarks(false=(1,), lesions=(2,)), CaseMarks(false=(3,), lesions=(2, 4))]
    found = froc([own, own])
    assert found.figure == "JAFROC1"
    assert found.estimate == pytest.approx((3 + 1) / 6)


def test_a_difference_of_two_sets_of_cases_has_both_variances() -> None:
    rng = np.random.default_rng(3)
    one, other = drawn(rng, 2, 24), drawn(rng, 2, 24)
    found, a, b = froc_difference(one, other), froc(one), froc(other)
    assert a.se is not None
    assert b.se is not None
    assert found.estimate == pytest.approx((a.estimate or 0) - (b.estimate or 0))
    assert found.se == pytest.approx(math.hypot(a.se, b.se), rel=1e-6)


def test_sets_with_and_without_normal_cases_are_compared_by_one_figure() -> None:
    rng = np.random.default_rng(4)
    one, every = drawn(rng, 3, 24), drawn(rng, 3, 24)
    other = [[case for case in own if case.lesions] for own in every]

    def jafroc1(own: list[CaseMarks]) -> float:
        # by direct counting: each lesion against the highest false mark of every case
        highest = [max(case.false, default=NOTHING) for case in own]
        lesions = [rating for case in own for rating in case.lesions]
        return float(np.mean([(y > x) + 0.5 * (y == x) for x, y in product(highest, lesions)]))

    by_hand = np.mean([jafroc1(a) - jafroc1(b) for a, b in zip(one, other, strict=True)])
    assert froc_difference(one, other).estimate == pytest.approx(by_hand)
    with pytest.raises(WrongShapeError, match="same reader"):
        froc_difference(one, other[:2])
