"""Data of the wrong shape end in a sentence on what is wanted, never in a numpy error or a wrong number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import analysis
from analysis.errors import NothingToAnalyseError, WrongShapeError, WrongValueError

CALLS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: analysis.fleiss_kappa([[1, 2], [1]]), WrongShapeError, "rows differ in length"),
    (lambda: analysis.gwet_ac1([[1, 2], [1, 2]], categories=[1, 1, 2]), WrongValueError, "named twice"),
    (lambda: analysis.crossed_contrast([], []), NothingToAnalyseError, "no table"),
    (lambda: analysis.score_table(["a", "b"], [1], [0, 1]), WrongShapeError, "its reader, its case"),
    (lambda: analysis.score_table(["a"], [1], ["x"]), WrongValueError, "no number"),
    (lambda: analysis.empirical_auc([[1, 2], [2, 1]], [0, 1]), WrongShapeError, "auc_covariance"),
    (lambda: analysis.delong_test([1, 2], [1], [0, 1]), WrongShapeError, "same length"),
    (lambda: analysis.signed_rank(["a"], ["b"]), WrongValueError, "no number"),
    (lambda: analysis.rank_sum(["a"], [1]), WrongValueError, "no number"),
    (lambda: analysis.obuchowski_rockette([["a"] * 4] * 3, [0, 1, 0, 1]), WrongValueError, "no number"),
]


@pytest.mark.parametrize(("call", "error", "words"), CALLS)
def test_a_wrong_call_is_refused_in_a_sentence(
    call: Callable[[], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


def test_strata_may_be_named_by_anything() -> None:
    table = np.array([[1, 0, 1, 1], [0, 0, 1, 0], [1, 1, 1, 0.0]])
    named, numbered = (analysis.crossed_stratified(table, s) for s in (["x", "x", None, None], [2, 2, 1, 1]))
    assert (named.estimate, named.se) == (numbered.estimate, pytest.approx(numbered.se))
