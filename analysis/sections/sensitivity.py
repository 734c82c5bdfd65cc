"""How far the headline number of a section depends on choices: missing and fast answers, hidden repeats."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.grid import has_values, is_extra, spread, tidy
from analysis.bundle.study import Section, Study
from analysis.crossed import CrossedMean, crossed_contrast, crossed_rate
from analysis.document.endpoints import Sensitivity
from analysis.errors import NothingToAnalyseError
from analysis.sections.conduct import FAST_MS

Summary = Callable[[Floats], CrossedMean]


def sensitivity_of_picks(study: Study, section: Section, rows: pd.DataFrame) -> tuple[Sensitivity, ...]:
    """The share of real images found, under each other choice."""
    chance = 1 / (section.alternatives or 2)

    def summary(table: Floats) -> CrossedMean:
        return crossed_rate(table, chance=chance, level=study.level)

    choices = _choices(rows, "trial", lambda part: part["correct"].to_numpy(), lambda _part: summary)
    return tuple(_computed("real images found", choices))


def sensitivity_of_calls(study: Study, rows: pd.DataFrame) -> tuple[Sensitivity, ...]:
    """Balanced accuracy, under each other choice; nothing where all images are of one kind."""
    if rows["source"].isin(study.synthetic_sources).nunique() < 2:
        return ()

    def right(part: pd.DataFrame) -> Floats:
        synthetic = part["source"].isin(study.synthetic_sources).to_numpy()
        return np.asarray(synthetic == (part["call"] == "synthetic").to_numpy(), dtype=float)

    def balanced(part: pd.DataFrame) -> Summary:
        kind = part.groupby("image", observed=True)["source"].first().isin(study.synthetic_sources)
        synthetic = kind.to_numpy()

        def summary(table: Floats) -> CrossedMean:
            halves = [table[:, synthetic], table[:, ~synthetic]]
            return crossed_contrast(halves, [0.5, 0.5], null=0.5, level=study.level, bounds=(0.0, 1.0))

        return summary

    return tuple(_computed("balanced accuracy", _choices(rows, "image", right, balanced)))


def _choices(
    rows: pd.DataFrame,
    case: str,
    right: Callable[[pd.DataFrame], Floats],
    summary_of: Callable[[pd.DataFrame], Summary],
) -> Iterator[tuple[str, Summary, Floats]]:
    """The main analysis, then each other choice that these answers allow, with its table."""
    main = tidy(rows[~is_extra(rows)])
    summary, table = summary_of(main), spread(main, case, right(main)).values
    yield "main analysis", summary, table
    if has_values(main, "response_ms"):
        slow = tidy(main[~(main["response_ms"].to_numpy() < FAST_MS)])
        if 0 < len(slow) < len(main):
            yield "without answers under one second", summary_of(slow), spread(slow, case, right(slow)).values
    if np.isnan(table).any():
        whole = np.isfinite(table).all(axis=0)
        if whole.sum() > 1:
            yield "cases that every reader answered", summary, np.where(whole, table, np.nan)
        yield "missing answers counted as wrong", summary, np.where(np.isnan(table), 0.0, table)
        yield "missing answers counted as correct", summary, np.where(np.isnan(table), 1.0, table)
    again = _with_repeats(rows, case)
    if again is not None:
        yield "hidden repeats counted too", summary_of(again), spread(again, case, right(again)).values


def _with_repeats(rows: pd.DataFrame, case: str) -> pd.DataFrame | None:
    """The answers with those to hidden repeats, under the case that was shown before."""
    if not has_values(rows, "repeat_of"):
        return None
    repeat = rows["repeat_of"].notna().to_numpy()
    kept = rows[~is_extra(rows.drop(columns="repeat_of"))]
    if case == "trial":
        first = kept["repeat_of"].astype(object)
        name = kept["trial"].astype(object)
        kept = kept.assign(trial=pd.Categorical(first.where(first.notna(), name)))
    return tidy(kept) if repeat.any() else None


def _computed(quantity: str, choices: Iterable[tuple[str, Summary, Floats]]) -> Iterator[Sensitivity]:
    for analysis, summary, table in choices:
        try:
            mean = summary(table)
        except NothingToAnalyseError:  # it leaves no answer about one kind of image
            continue
        yield Sensitivity(
            analysis=analysis,
            quantity=quantity,
            estimate=mean.estimate,
            low=mean.low,
            high=mean.high,
            p=mean.p,
            n_answers=mean.n_answers,
        )
