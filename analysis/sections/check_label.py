"""check_label: do synthetic images show what their labels say?"""

from itertools import combinations, islice
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.chance import fleiss_kappa, gwet_ac1, raw_agreement
from analysis.agreement.cohen import cohen_kappa
from analysis.arrays import Floats
from analysis.bundle.grid import as_text, by_number, has_values, is_number, spread
from analysis.bundle.study import Study
from analysis.document.check_label import (
    BetweenReviewers,
    Consensus,
    DiscrepantShare,
    IntendedObserved,
    Kappas,
    LabelChecks,
    LabelResult,
    PairKappas,
    ReaderDiscrepant,
    ReaderIntendedObserved,
)
from analysis.proportions import clopper_pearson
from analysis.ranks.paired_tables import bowker, stuart_maxwell
from analysis.ranks.signed import sign_test

MOST_PAIRS = 30


def label_checks(study: Study, checks: pd.DataFrame) -> LabelChecks:
    """Everything about the label checks of one section; real images are reported apart, as the control."""
    real = np.zeros(len(checks), dtype=bool)
    if has_values(checks, "source") and not study.masked:
        real = np.isin(as_text(checks, "source"), study.real_sources)
    if real.all() or not real.any():
        return _reviewed(study, checks)
    return _reviewed(study, checks[~real]).with_(control=_reviewed(study, checks[real]))


def _reviewed(study: Study, checks: pd.DataFrame) -> LabelChecks:
    checks = checks.assign(
        case=pd.Categorical(checks["image"].astype(str) + " · " + checks["label"].astype(str)),
        reader=checks["reader"].cat.remove_unused_categories(),
    )
    verdict = as_text(checks, "verdict")
    value = np.where(verdict == "unsure", np.nan, verdict == "discrepant")
    grid = spread(checks, "case", value)
    return LabelChecks(
        by_reader=tuple(
            ReaderDiscrepant.extending(_rate(study, row), reader=reader)
            for reader, row in zip(grid.readers, grid.values, strict=True)
        ),
        consensus=_consensus(study, grid.values),
        unsure=int((verdict == "unsure").sum()),
        by_label=_by_label(study, checks),
        between_readers=_between_reviewers(study, grid.values),
    )


def _between_reviewers(study: Study, values: Floats) -> BetweenReviewers | None:
    if len(values) < 2:
        return None
    return BetweenReviewers(
        raw=raw_agreement(values, categories=[0, 1], level=study.level),
        fleiss=fleiss_kappa(values, categories=[0, 1], level=study.level),
        ac1=gwet_ac1(values, categories=[0, 1], level=study.level),
    )


def _rate(study: Study, discrepant: Floats) -> DiscrepantShare:
    seen = discrepant[~np.isnan(discrepant)]
    k, n = int(seen.sum()), len(seen)
    if n == 0:
        return DiscrepantShare(discrepant=0, n=0, rate=None, low=None, high=None, reason="all unsure")
    found = clopper_pearson(k, n, level=study.level)
    return DiscrepantShare(discrepant=k, n=n, rate=k / n, low=found.low, high=found.high, method=found.method)


def _consensus(study: Study, values: Floats) -> Consensus:
    """Discrepant where more than half of the reviewers said so; ties are counted apart.

    `with_ties` is the rate if every tie were discrepant, the most that the readings allow.
    """
    said = (~np.isnan(values)).sum(axis=0)
    against = np.nansum(values, axis=0)
    judged, tied = said > 0, (said > 0) & (2 * against == said)
    most = np.where(judged, 2 * against > said, np.nan)
    cautious = np.where(judged, 2 * against >= said, np.nan)
    return Consensus.extending(
        _rate(study, np.asarray(most, dtype=float)),
        rule="more than half of the readings",
        ties=int(tied.sum()),
        with_ties=_rate(study, np.asarray(cautious, dtype=float)),
        by_any_reviewer=int((against[judged] > 0).sum()),
        by_all_reviewers=int((against == said)[judged].sum()),
    )


def _by_label(study: Study, checks: pd.DataFrame) -> tuple[LabelResult, ...]:
    """Intended against observed, label by label: all reviewers together, each alone, and between them."""
    if not (has_values(checks, "intended") and has_values(checks, "observed")):
        return ()
    rows = []
    for label in checks["label"].cat.categories:
        of = checks[((checks["label"] == label) & checks["intended"].notna() & checks["observed"].notna())]
        if not len(of):
            continue
        values = sorted(set(as_text(of, "intended")) | set(as_text(of, "observed")), key=by_number)
        rows.append(
            LabelResult.extending(
                _intended_observed(study, of, values),
                label=str(label),
                note="answers of all reviewers together, assumes independent answers",
                by_reader=tuple(
                    ReaderIntendedObserved.extending(
                        _intended_observed(study, own, values), reader=str(reader)
                    )
                    for reader, own in of.groupby("reader", observed=True)
                ),
                between_readers=_between(study, of, values),
            )
        )
    return tuple(rows)


def _intended_observed(study: Study, rows: pd.DataFrame, values: list[Any]) -> IntendedObserved:
    place = {value: index for index, value in enumerate(values)}
    a, b = (np.array([place[value] for value in as_text(rows, side)]) for side in ("intended", "observed"))
    table = np.zeros((len(values), len(values)), dtype=int)
    np.add.at(table, (a, b), 1)
    several = len(values) > 1
    direction = None
    if all(map(is_number, values)):
        numbers = np.array([float(value) for value in values])
        direction = sign_test(numbers[b], numbers[a])
    return IntendedObserved.extending(
        _kappas(study, a, b, values) if several else Kappas(),
        values=tuple(str(value) for value in values),
        table=tuple(map(tuple, table.tolist())),
        n=len(rows),
        agree=int((a == b).sum()),
        stuart_maxwell=stuart_maxwell(table) if several else None,
        bowker=bowker(table) if several else None,
        direction=direction,
    )


def _between(study: Study, rows: pd.DataFrame, values: list[Any]) -> tuple[PairKappas, ...]:
    """Kappas of what two reviewers observed on the same images."""
    place = {value: index for index, value in enumerate(values)}
    grid = spread(rows, "image", np.array([place[value] for value in as_text(rows, "observed")]))
    found = []
    for one, other in islice(combinations(range(len(grid.readers)), 2), MOST_PAIRS):
        both = ~np.isnan(grid.values[[one, other]]).any(axis=0)
        if len(values) > 1 and both.any():
            a, b = grid.values[[one, other]][:, both].astype(int)
            found.append(
                PairKappas.extending(
                    _kappas(study, a, b, values),
                    a=grid.readers[one],
                    b=grid.readers[other],
                    n=int(both.sum()),
                )
            )
    return tuple(found)


def _kappas(study: Study, a: Any, b: Any, values: list[Any]) -> Kappas:
    """Cohen's kappa, weighted too where the values are numbers, with the distances between them."""
    ordered = all(map(is_number, values))
    categories = [float(value) for value in values] if ordered else list(range(len(values)))
    named = np.array(categories)
    return Kappas(
        **{
            f"kappa_{weights}": cohen_kappa(
                named[a], named[b], categories=categories, weights=weights, level=study.level
            )
            for weights in (("identity", "linear", "quadratic") if ordered else ("identity",))
        }
    )
