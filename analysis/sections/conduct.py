"""How a section was run: completeness, order, pace, repeats, catch trials, straight-lining."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.cohen import cohen_kappa
from analysis.arrays import Bools, Floats
from analysis.bundle.grid import as_text, by_number, codes_of, has_values, is_number
from analysis.crossed import t_quantile
from analysis.document.common import NotComputed
from analysis.document.conduct import (
    CatchTrials,
    Completeness,
    Conduct,
    LabelRepeats,
    Learning,
    Orders,
    ReaderAnswers,
    ReaderMean,
    ReaderPace,
    RepeatKappas,
    Repeats,
    ResponseTimes,
    Stage,
    StraightLining,
    Trend,
)
from analysis.mixed.crossed import TooManyLevelsError
from analysis.mixed.fit import fit_logistic
from analysis.mixed.search import UnfittedError
from analysis.model_limit import MODEL_ANSWERS, too_many
from analysis.proportions import clopper_pearson, wilson

STRAIGHT_SHARE = 0.9
STRAIGHT_FEWEST = 10
N_STAGES = 5
INSTEAD = "read the shares of the stages"
FAST_MS = 1000


def conduct(
    rows: pd.DataFrame, case: str, answer: str, *, level: float, limit: int = MODEL_ANSWERS
) -> Conduct:
    """Describe how the answers of one section came about.

    Parameters
    ----------
    rows
        All answers of the section's main table, hidden repeats and catch trials included.
    case
        The column that names what was answered: trial or image.
    answer
        The column with the answer itself, for repeats.
    level
        Of the intervals.
    limit
        Up to how many answers the trend is modelled.
    """
    rows = rows[~_flag(rows, "disclosed")]
    extra = _flag(rows, "repeat_of") | _flag(rows, "catch")
    main = rows[~extra]
    ordered = has_values(main, "order")
    judged = ordered and has_values(main, "correct")
    return Conduct(
        completeness=completeness(main, case),
        response_times=response_times(main, level=level) if has_values(main, "response_ms") else None,
        order=order_recorded(main) if ordered else None,
        learning=learning(main, case, level=level, limit=limit) if judged else None,
        repeats=repeats(rows, case, answer, level=level),
        catch_trials=catch_trials(rows, level=level),
    )


def _flag(rows: pd.DataFrame, column: str) -> Bools:
    if column not in rows:
        return np.zeros(len(rows), dtype=bool)
    if column in ("catch", "disclosed"):
        return np.asarray(rows[column].to_numpy() == 1)
    return rows[column].notna().to_numpy()


def completeness(rows: pd.DataFrame, case: str) -> Completeness:
    """How many answers each reader gave, of all cases that any reader saw."""
    n_cases = rows[case].nunique()
    counts = rows["reader"].value_counts(sort=False)
    counts = counts[counts > 0]
    return Completeness(
        readers=len(counts),
        cases=int(n_cases),
        unit=case,
        answers=len(rows),
        missing=int(len(counts) * n_cases - len(rows)),
        by_reader=tuple(
            ReaderAnswers(reader=str(reader), n=int(n), missing=int(n_cases - n))
            for reader, n in counts.items()
        ),
    )


def order_recorded(rows: pd.DataFrame) -> Orders:
    """Whether readers met the cases in orders of their own."""
    case = "trial" if has_values(rows, "trial") else "image"
    orders = [
        tuple(as_text(part.sort_values("order"), case)) for _, part in rows.groupby("reader", observed=True)
    ]
    return Orders(readers=len(orders), distinct_orders=len(set(orders)))


def response_times(rows: pd.DataFrame, *, level: float) -> ResponseTimes:
    """Response times, on the log scale over the order of the answers; readers are the unit."""
    took = rows["response_ms"].to_numpy()
    known = took[~np.isnan(took)]
    by_reader = []
    slopes = []
    for reader, part in rows.groupby("reader", observed=True):
        ms = part["response_ms"].to_numpy()
        seen = ~np.isnan(ms)
        if not seen.any():
            continue
        by_reader.append(
            ReaderPace(
                reader=str(reader),
                median_ms=float(np.median(ms[seen])),
                fast=int((ms[seen] < FAST_MS).sum()),
                n=int(seen.sum()),
            )
        )
        if has_values(part, "order") and seen.sum() > 2:
            order = part["order"].to_numpy()
            both = seen & ~np.isnan(order)
            slopes.append(_slope(order[both], np.log(np.maximum(ms[both], 1.0))))
    quartiles = np.quantile(known, [0.25, 0.5, 0.75])
    return ResponseTimes(
        n=len(known),
        median_ms=float(quartiles[1]),
        quartiles_ms=(float(quartiles[0]), float(quartiles[2])),
        under_one_second=int((known < FAST_MS).sum()),
        by_reader=tuple(by_reader),
        log_slope_per_answer=mean_over_readers([s for s in slopes if s is not None], level),
    )


def _slope(x: Floats, y: Floats) -> float | None:
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def mean_over_readers(values: list[float], level: float) -> ReaderMean:
    """Mean of one number a reader, with its t-interval."""
    n = len(values)
    if n < 2:
        return ReaderMean(estimate=None, low=None, high=None, reason="fewer than two readers")
    mean, se = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(n))
    reach = t_quantile(n - 1, level) * se
    return ReaderMean(
        estimate=mean,
        low=mean - reach,
        high=mean + reach,
        se=se,
        df=n - 1,
        level=level,
        method="mean of the readers' own slopes, t over readers",
    )


def learning(rows: pd.DataFrame, case: str, *, level: float, limit: int = MODEL_ANSWERS) -> Learning:
    """Share correct over the course of the section, and its trend in a crossed logistic model."""
    order, correct = rows["order"].to_numpy(), rows["correct"].to_numpy()
    seen = ~np.isnan(order) & ~np.isnan(correct)
    rows, order, correct = rows[seen], order[seen], correct[seen]
    rank = rows["order"].groupby(rows["reader"], observed=True).rank(pct=True).to_numpy()
    stage = np.minimum((rank * N_STAGES - 1e-9).astype(int), N_STAGES - 1)
    stages = tuple(_stage(s + 1, correct[stage == s], level) for s in range(N_STAGES) if (stage == s).any())
    return Learning(stages=stages, trend=_trend(rows, case, rank, correct, level, limit))


def _stage(number: int, correct: Any, level: float) -> Stage:
    k, n = int(correct.sum()), len(correct)
    found = wilson(k, n, level=level)
    return Stage(stage=number, k=k, n=n, rate=k / n, low=found.low, high=found.high)


def _trend(
    rows: pd.DataFrame,
    case: str,
    rank: Floats,
    correct: Floats,
    level: float,
    limit: int,
) -> Trend | NotComputed:
    if reason := too_many(len(rows), limit, "answers", INSTEAD):
        return NotComputed(reason=reason)
    groups = {"reader": codes_of(rows, "reader"), case: codes_of(rows, case)}
    try:
        model = fit_logistic(correct, rank[:, None], ["first to last"], groups, level=level)
    except (UnfittedError, TooManyLevelsError) as error:
        return NotComputed(reason=str(error))
    return Trend.extending(model.fixed[1], method=model.method, random=model.random)


def repeats(rows: pd.DataFrame, case: str, answer: str, *, level: float) -> Repeats:
    """Agreement of each reader with his or her own first answer."""
    again = rows[_flag(rows, "repeat_of")]
    if again.empty:
        return Repeats(n=0, reason="no hidden repeats were shown")
    first = rows[~_flag(rows, "repeat_of")]
    pairs = _first_and_again(first, again, case, answer)
    if not pairs:
        return Repeats(n=0, reason="no repeat names a trial that its reader answered before")
    same = sum(a == b for a, b in pairs)
    interval = clopper_pearson(same, len(pairs), level=level)
    by_label = [
        LabelRepeats.extending(_kappas(found, level), label=str(label), n=len(found))
        for label, of in (again.groupby("label", observed=True) if "observed" in rows else ())
        if (found := _first_and_again(first, of, case, "observed"))
    ]
    return Repeats.extending(
        _kappas(pairs, level),
        n=len(pairs),
        same=same,
        share=same / len(pairs),
        low=interval.low,
        high=interval.high,
        method=interval.method,
        by_label=tuple(by_label) if "observed" in rows else None,
    )


Pairs = list[tuple[Any, Any]]


def _first_and_again(first: pd.DataFrame, again: pd.DataFrame, case: str, answer: str) -> Pairs:
    """Each reader's first answer and the one to its hidden repeat; several labels of an image stay apart."""
    known: dict[tuple[Any, ...], Any] = {}
    for name in {case, "trial"} & set(first.columns):
        known |= dict(zip(_asked(first, name), as_text(first, answer), strict=True))
    answers = zip(_asked(again, "repeat_of"), as_text(again, answer), strict=True)
    pairs = [(known[asked], now) for asked, now in answers if asked in known]
    return [pair for pair in pairs if not any(pd.isna(value) for value in pair)]


def _asked(rows: pd.DataFrame, name: str) -> list[tuple[Any, ...]]:
    """Who was asked about what."""
    columns = ["reader", name, *(["label"] if "label" in rows else [])]
    return list(zip(*(as_text(rows, column) for column in columns), strict=True))


def _kappas(pairs: Pairs, level: float) -> RepeatKappas:
    """Cohen's kappa of first and second answers, and the quadratic one where the answers are numbers."""
    values = sorted({value for pair in pairs for value in pair}, key=by_number)
    if len(pairs) < 2 or len(values) < 2:
        return RepeatKappas()
    place = {value: index for index, value in enumerate(values)}
    first, again = (np.array([place[value] for value in side]) for side in zip(*pairs, strict=True))
    weighted = None
    if all(map(is_number, values)):
        numbers = np.array([float(value) for value in values])
        weighted = cohen_kappa(numbers[first], numbers[again], weights="quadratic", level=level)
    return RepeatKappas(kappa=cohen_kappa(first, again, level=level), kappa_quadratic=weighted)


def catch_trials(rows: pd.DataFrame, *, level: float) -> CatchTrials:
    """Obvious fakes: how often the reader was not taken in."""
    shown = rows[_flag(rows, "catch")]
    if shown.empty:
        return CatchTrials(n=0, reason="no catch trials were shown")
    if not has_values(shown, "correct"):
        return CatchTrials(n=len(shown), reason="whether the answers were correct is not in the bundle")
    correct = shown["correct"].to_numpy()
    k, n = int(np.nansum(correct)), int((~np.isnan(correct)).sum())
    interval = clopper_pearson(k, n, level=level)
    failed = shown["reader"][correct == 0].value_counts(sort=False)
    return CatchTrials(
        k=k,
        n=n,
        share=k / n,
        low=interval.low,
        high=interval.high,
        method=interval.method,
        failed_by_reader={str(reader): int(count) for reader, count in failed.items() if count},
    )


def straight_lining(ratings: pd.DataFrame) -> tuple[StraightLining, ...]:
    """Readers who gave nine ratings in ten, or more, the same point."""
    rows = []
    for reader, part in ratings.groupby("reader", observed=True):
        values, counts = np.unique(part["rating"].to_numpy(), return_counts=True)
        share = float(counts.max() / counts.sum())
        rows.append(
            StraightLining(
                reader=str(reader),
                most_used=float(values[counts.argmax()]),
                share=share,
                flagged=share >= STRAIGHT_SHARE and int(counts.sum()) >= STRAIGHT_FEWEST,
            )
        )
    return tuple(rows)
