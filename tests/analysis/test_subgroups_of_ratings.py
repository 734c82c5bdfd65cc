"""Groups of readers compared in what they make of real and synthetic images."""

from pathlib import Path

import numpy as np
import pytest

import analysis
from analysis.bundle.grid import primary, rows_of, spread
from analysis.sections.subgroups import subgroups_of_ratings

EXAMPLE = Path(analysis.__file__).parent / "example"


def test_the_interaction_is_the_difference_of_the_groups_differences() -> None:
    bundle = analysis.read_bundle(EXAMPLE)
    rows = primary(rows_of(bundle.ratings, "quartets"))
    found = subgroups_of_ratings(bundle.study, rows, bundle.readers)
    assert found
    real = (rows["source"] == "real").to_numpy()
    one, other = (spread(rows, "trial", rows["rating"].where(side)) for side in (real, ~real))
    apart = one.values - other.values
    for factor in found:
        first = factor.groups[0]
        inside = np.isin(one.readers, members(bundle, factor.factor, first.group, one.readers))
        by_hand = apart[inside].mean() - apart[~inside].mean()
        assert first.estimate == pytest.approx(apart[inside].mean())
        assert first.difference == pytest.approx(by_hand)
        # readers nested in groups, the same trials: the crossed difference with the roles exchanged
        crossed = analysis.crossed_difference(apart[inside].T, apart[~inside].T, bounds=None)
        assert first.p == pytest.approx(crossed.p)


def members(bundle, factor, group, readers):
    table = bundle.readers.set_index(bundle.readers["reader"].astype(str))
    if factor != "experience":
        return [name for name in readers if str(table.loc[name, factor]) == group]
    years = table["years"].astype(float)
    middle = years.median()
    return [name for name in readers if (years[name] >= middle) == ("or more" in group)]


def test_the_report_has_a_table_of_them() -> None:
    page = analysis.report(analysis.read_bundle(EXAMPLE), model_answers=0).html
    assert "Mean rating of real minus synthetic images, by" in page
