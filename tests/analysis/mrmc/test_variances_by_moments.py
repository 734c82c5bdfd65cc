"""The U-statistics against sums written out term by term, and against the truth in simulated studies."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis import crossed_rate, mrmc_auc, mrmc_binary
from analysis.errors import DuplicateAnswerError, NothingToAnalyseError, WrongValueError


def long(table: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    reader, case = (index.ravel() for index in np.indices(table.shape))
    frame = pd.DataFrame({"reader": reader.astype(str), "case": case.astype(str), "score": table.ravel()})
    return frame.assign(**{name: values[case] for name, values in columns.items()}).dropna()


def ragged(rng: np.random.Generator, readers: int, cases: int, missing: float) -> np.ndarray:
    eta = rng.normal(0, 0.8, (readers, 1)) + rng.normal(0, 0.8, cases)
    table = (rng.random((readers, cases)) < 1 / (1 + np.exp(-eta))).astype(float)
    return np.where(rng.random(table.shape) < missing, np.nan, table)


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_the_variance_of_a_share_is_its_square_less_the_products_that_share_nothing(missing: float) -> None:
    table = ragged(np.random.default_rng(3), 5, 12, missing)
    answers = [(r, c, table[r, c]) for r, c in product(range(5), range(12)) if np.isfinite(table[r, c])]
    apart = [x * y for (r, c, x), (s, d, y) in product(answers, answers) if r != s and c != d]
    mean = np.mean([x for _, _, x in answers])
    (found,) = mrmc_binary(long(table)).conditions
    assert found.estimate == pytest.approx(mean)
    assert found.se is not None
    assert found.se**2 == pytest.approx(mean**2 - np.mean(apart), rel=1e-9)


def test_the_variance_of_an_area_is_its_square_less_the_products_that_share_nothing() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(9) < 4
    table = np.where(rng.random((3, 9)) < 0.2, np.nan, rng.integers(1, 5, (3, 9)) + truth)
    terms = [
        (r, i, j, float(table[r, j] > table[r, i]) + 0.5 * float(table[r, j] == table[r, i]))
        for r, i, j in product(range(3), range(4, 9), range(4))
        if np.isfinite(table[r, i]) and np.isfinite(table[r, j])
    ]
    apart = [x * y for (r, i, j, x), (s, k, m, y) in product(terms, terms) if r != s and i != k and j != m]
    mean = np.mean([x for *_, x in terms])
    found = mrmc_auc(long(table, truth=truth.astype(int)))
    assert found.conditions[0].estimate == pytest.approx(mean)
    assert found.components[0].covariance == pytest.approx(mean**2 - np.mean(apart), rel=1e-9)


def test_the_complete_table_has_the_variance_of_the_crossed_rate() -> None:
    table = ragged(np.random.default_rng(5), 8, 40, 0.0)
    (found,) = mrmc_binary(long(table)).conditions
    assert found.se == pytest.approx(crossed_rate(table).se, rel=1e-9)


def test_intervals_of_split_plot_studies_hold_the_truth() -> None:
    """400 studies of 8 readers in two groups with cases of their own; 93 to 99% allow for that number."""
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(400):
        scores = rng.normal(0, 0.6, 80) + rng.normal(0, 1, (8, 80))
        truth = np.arange(80) % 2
        scores += truth * (1.2 + rng.normal(0, 0.3, (8, 1)))
        scores[:4, 40:] = scores[4:, :40] = np.nan
        (found,) = mrmc_auc(long(scores, truth=truth)).conditions
        assert found.low is not None
        assert found.high is not None
        # P(N(1.2, .3²) + N(0, 2 (.6² + 1)) > 0)
        held += found.low <= 0.76296 <= found.high
    assert 0.93 < held / 400 < 0.99


def test_calls_with_a_truth_are_judged_by_it() -> None:
    truth = np.array([1, 1, 0, 0])
    table = np.array([[1, 0, 0, 1], [1, 1, 0, 0.0]])
    assert mrmc_binary(long(table, truth=truth), truth="truth").conditions[0].estimate == 0.75


def test_one_reader_alone_has_an_estimate_and_no_interval() -> None:
    (found,) = mrmc_binary(long(np.array([[1, 0, 1, 1, 0.0]]))).conditions
    assert (found.estimate, found.se, found.low) == (0.6, None, None)
    assert found.reason == "one reader or one case alone says nothing about the others"


def test_what_cannot_be_analysed_is_refused_in_a_sentence() -> None:
    frame = long(np.array([[1, 2, 3.0], [2, 3, 1.0]]), truth=np.array([0, 1, 1]))
    with pytest.raises(WrongValueError, match="There is no column 'modality': the columns are reader, case"):
        mrmc_auc(frame, condition="modality")
    with pytest.raises(DuplicateAnswerError, match="Reader 0 answered case 0 twice in one condition"):
        mrmc_auc(pd.concat([frame, frame.head(1)]))
    with pytest.raises(WrongValueError, match="Column 'truth' takes 0"):
        mrmc_auc(frame.assign(truth=2))
    with pytest.raises(WrongValueError, match="Case 0 has two truths"):
        mrmc_auc(frame.assign(truth=[0, 1, 1, 1, 1, 1]))
    with pytest.raises(WrongValueError, match="no reader read both a negative and a positive case"):
        mrmc_auc(frame.assign(truth=1))
    with pytest.raises(WrongValueError, match="Column 'score' takes 0"):
        mrmc_binary(frame)
    with pytest.raises(NothingToAnalyseError):
        mrmc_auc(frame.assign(score=np.nan))
