"""Sizes from what a pilot study or an interim look shows of the variances."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, as_scores
from analysis.bundle import Bundle
from analysis.bundle.grid import primary, rows_of, spread
from analysis.crossed import CrossedMean, crossed_mean
from analysis.planning.endpoint import MOST_CASES, MOST_READERS, EndpointPlan, EndpointTest, plan_endpoint
from analysis.planning.model import PlanError
from analysis.result import Result
from analysis.roc.obuchowski_rockette import obuchowski_rockette
from analysis.sections.call import scaled

PilotWhat = Literal["accuracy", "mean", "difference", "sensitivity", "specificity", "auc"]
PILOT_WHATS = ("accuracy", "mean", "difference", "sensitivity", "specificity", "auc")
FEWEST = 2
MOST_SHARE = 0.95
EXTRA_READERS = (0, 1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Pilot(Result):
    """What a pilot tells a plan: pass it on as ``plan_endpoint(**pilot.assumed, readers=…, cases=…, …)``.

    A component that is estimated below zero counts as zero. Variances of few readers are hardly known: plan
    with some more.
    """

    what: str
    estimate: float
    sd: float
    reader_sd: float
    case_share: float
    readers: int
    cases: int

    @property
    def assumed(self) -> Mapping[str, Any]:
        """What `plan_endpoint` assumes; a paired difference is planned as the mean of its differences."""
        what = "mean" if self.what == "difference" else self.what
        return {"what": what, "sd": self.sd, "reader_sd": self.reader_sd, "case_share": self.case_share}


def pilot(bundle: Bundle, what: PilotWhat, *, section: str | None = None) -> Pilot:
    """Variance components of an endpoint in a pilot's bundle.

    Parameters
    ----------
    bundle
        The pilot, from `read_bundle`.
    what
        accuracy of picks or calls; sensitivity, specificity or auc of calls; mean of ratings, or the
        difference of ratings of real and synthetic images of the same trials.
    section
        Its name; the first that has such answers where left out.

    Returns
    -------
    Pilot
        Mean, deviations between readers and of answers, and the share that lies between cases.
    """
    if what not in PILOT_WHATS:
        raise PlanError(f"what is {what!r}; a pilot gives {', '.join(PILOT_WHATS)}.")
    if bundle.study.masked:
        raise PlanError("The bundle is masked; a pilot's variances need to know what was real.")
    for name in [section] if section else [each.name for each in bundle.study.sections]:
        found = _area(bundle, name) if what == "auc" else _mean(bundle, name, what)
        if found is not None:
            return found
    where = f"The section {section!r}" if section else "The bundle"
    raise PlanError(
        f"{where} has no answers of two readers and two cases from which {what} could be planned."
    )


def _mean(bundle: Bundle, section: str, what: str) -> Pilot | None:
    table = _table(bundle, section, what)
    if table is None or min(table.shape) < FEWEST:
        return None
    return _of(what, crossed_mean(table, readers="random"))


def _table(bundle: Bundle, section: str, what: str) -> Floats | None:
    """The readers x cases table whose mean is the endpoint."""
    real = bundle.study.real_sources
    if what in ("mean", "difference"):
        rows = rows_of(bundle.ratings, section)
        if rows is None:
            return None
        rows = primary(rows)
        if what == "mean":
            return spread(rows, "image", rows["rating"]).values
        is_real = rows["source"].isin(real).to_numpy()
        sides = [spread(rows, "trial", rows["rating"].where(kept)).values for kept in (is_real, ~is_real)]
        return sides[0] - sides[1]
    picks = rows_of(bundle.picks, section)
    if what == "accuracy" and picks is not None:
        picks = primary(picks)
        return spread(picks, "trial", picks["correct"]).values
    calls = rows_of(bundle.calls, section)
    if calls is None:
        return None
    calls = primary(calls)
    made = ~calls["source"].isin(real)
    right = (made == (calls["call"] == "synthetic")).astype(float)
    kept = {"sensitivity": made, "specificity": ~made}.get(what)
    return spread(calls, "image", right if kept is None else right.where(kept)).values


def _of(what: str, found: CrossedMean) -> Pilot | None:
    parts = (found.var_reader, found.var_case, found.var_error)
    if found.estimate is None or None in parts:
        return None
    reader, case, error = (max(part or 0.0, 0.0) for part in parts)
    answer = case + error
    return Pilot(
        what=what,
        estimate=found.estimate,
        sd=math.sqrt(answer),
        reader_sd=math.sqrt(reader),
        case_share=min(case / answer, MOST_SHARE) if answer > 0 else 0.0,
        readers=found.n_readers or 0,
        cases=found.n_cases or 0,
    )


def _area(bundle: Bundle, section: str) -> Pilot | None:
    calls = rows_of(bundle.calls, section)
    if calls is None:
        return None
    calls = primary(calls)
    grid = spread(calls, "image", scaled(calls))
    made = dict(zip(calls["image"], ~calls["source"].isin(bundle.study.real_sources), strict=True))
    truth = np.array([made[image] for image in grid.cases])
    if len(grid.readers) < FEWEST or truth.all() or not truth.any():
        return None
    found = obuchowski_rockette(
        grid.values, truth, covariance="unbiased", inference="random readers and cases"
    )
    var = max(found.var_error, 0.0)
    return Pilot(
        what="auc",
        estimate=float(found.by_condition[0].estimate or 0.0),
        sd=math.sqrt(var),
        reader_sd=math.sqrt(max(found.var_reader or 0.0, 0.0)),
        case_share=min(max(found.cov2 or 0.0, 0.0) / var, MOST_SHARE) if var > 0 else 0.0,
        readers=found.n_readers,
        cases=found.n_cases,
    )


@dataclass(frozen=True, kw_only=True)
class Resized(Result):
    """New numbers of cases of each source, by numbers of readers, after a blinded look.

    `options` pairs numbers of readers with the fewest cases that reach the goal, None where no number does.
    """

    cases: int | None
    readers: int
    sd: float
    case_share: float
    options: tuple[tuple[int, int | None], ...]
    method: str = "blinded variances of one sample (Gould & Shih 1992), readers and cases random"


def resize(
    ratings: npt.ArrayLike,
    *,
    expected: float,
    test: EndpointTest = "difference",
    margin: float = 0.0,
    reader_sd: float = 0.1,
    most_cases: int = MOST_CASES,
    level: float = 0.95,
    goal: float = 0.8,
) -> Resized:
    """Size a comparison of two sources anew from a look at answers whose sources nobody knows.

    The variances of cases and answers come from all answers together, so that the look says nothing of the
    difference; what the sources differ by enlarges them a little. Effect, margin and the deviation of the
    readers' differences stay as planned: no blinded look can tell them. The error of the final test is kept
    (`python -m tests.bench.adaptive`).

    Parameters
    ----------
    ratings
        Readers x images of both sources together, NaN for missing.
    expected, test, margin, reader_sd
        As in `plan_endpoint`, from the protocol.
    most_cases
        The largest number of cases of each source that can be had.
    level, goal
        As in `plan_endpoint`.

    Returns
    -------
    Resized
        The fewest cases of each source, never fewer than were read, for these and for more readers.
    """
    table = as_scores(ratings)
    found = _blinded(table)
    read = -(-table.shape[1] // 2)
    plan = partial(
        plan_endpoint, what="mean", cases=max(read, 4), expected=expected, test=test, margin=margin,
        compared=True, sd=found.sd, reader_sd=reader_sd, case_share=found.case_share, level=level, goal=goal,
    )  # fmt: skip
    return _resized(plan, table, found, read, most_cases)


def _blinded(table: Floats) -> Pilot:
    """Variances of all answers together."""
    found = _of("mean", crossed_mean(table, readers="random"))
    if found is None or found.sd <= 0:
        raise PlanError("The answers do not vary, or two readers have no two cases; look again later.")
    return found


def _resized(
    plan: Callable[..., EndpointPlan], table: Floats, found: Pilot, read: int, most_cases: int
) -> Resized:
    """The fewest cases by numbers of readers; what was read cannot be unread."""
    numbers = sorted({min(len(table) + more, MOST_READERS) for more in EXTRA_READERS})
    needed = [(readers, plan(readers=readers).cases_needed) for readers in numbers]
    options = tuple(
        (readers, None if cases is None or cases > most_cases else max(cases, read))
        for readers, cases in needed
    )
    return Resized(
        cases=options[0][1],
        readers=len(table),
        sd=found.sd,
        case_share=found.case_share,
        options=options,
    )
