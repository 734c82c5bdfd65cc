"""The same item in two sections: differences over readers and cases, and what arms make of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import as_text, has_values
from analysis.crossed import CrossedMean, crossed_contrast, crossed_difference, crossed_mean
from analysis.sections.items.quantities import Quantity


@dataclass(frozen=True, kw_only=True)
class Between:
    """One section minus another; `orders` counts readers who read the first before the other, and after."""

    difference: CrossedMean
    paired: bool
    orders: tuple[int, int] | None
    period: CrossedMean | None


def between(bundle: Bundle, one: Quantity, other: Quantity, names: tuple[str, str], level: float) -> Between:
    """Compare two sections: `one` minus `other`.

    Where readers of different arms read them in different orders, each order counts alike, so that an effect
    of the period falls out; half the difference of the orders is that effect.
    """
    bounds = None if one.bounds is None else (one.bounds[0] - one.bounds[1], one.bounds[1] - one.bounds[0])
    readers = [name for name in one.grid.readers if name in other.grid.readers]
    pair = _common(one, other, readers)
    orders = _orders(bundle, names, readers)
    if not readers:
        return Between(difference=_apart(one, other, level), paired=False, orders=None, period=None)
    if pair is None:
        first, second = (_rows(quantity, readers) for quantity in (one, other))
        found = crossed_difference(first, second, level=level, bounds=bounds)
        return Between(difference=found, paired=False, orders=orders, period=None)
    table = pair[0] - pair[1]
    forward = _forward(bundle, names, readers)
    if forward is None or orders is None or min(orders) == 0:
        found = crossed_mean(table, null=0.0, level=level, bounds=bounds)
        return Between(difference=found, paired=True, orders=orders, period=None)
    # cases are common to both orders, and readers nested in them: so the tables lie on their side
    sides = [table[forward].T, table[~forward].T]
    return Between(
        difference=_relabelled(crossed_contrast(sides, [0.5, 0.5], null=0.0, level=level, bounds=bounds)),
        paired=True,
        orders=orders,
        period=_relabelled(crossed_contrast(sides, [0.5, -0.5], null=0.0, level=level)),
    )


def _rows(quantity: Quantity, readers: Sequence[str]) -> Floats:
    return quantity.grid.values[[quantity.grid.readers.index(name) for name in readers]]


def _common(one: Quantity, other: Quantity, readers: Sequence[str]) -> tuple[Floats, Floats] | None:
    """The tables of the cases that both sections show, if these are all of one of them."""
    columns = _columns(one, other)
    if not readers or columns is None:
        return None
    return _rows(one, readers)[:, columns[0]], _rows(other, readers)[:, columns[1]]


def _columns(one: Quantity, other: Quantity) -> tuple[list[int], list[int]] | None:
    """Where each common case stands in both; None unless they are all that one of the sections shows."""
    places = {name: at for at, name in enumerate(other.shown)}
    both = [(at, places[name]) for at, name in enumerate(one.shown) if name in places]
    if not both or len(both) < min(len(one.shown), len(other.shown)):
        return None
    first, second = zip(*both, strict=True)
    return list(first), list(second)


def _apart(one: Quantity, other: Quantity, level: float) -> CrossedMean:
    """Other readers in each section: of the same cases, or, where these differ too, by the readers' means."""
    columns = _columns(one, other)
    if columns is None:
        first, second = (np.nanmean(q.grid.values, axis=1)[None, :] for q in (one, other))
    else:
        # cases are common and readers nested, so the tables lie on their side
        first, second = one.grid.values[:, columns[0]].T, other.grid.values[:, columns[1]].T
    return _relabelled(crossed_difference(first, second, level=level, bounds=None))


def _relabelled(found: CrossedMean) -> CrossedMean:
    """Readers and cases in their own names again, after they had changed places."""
    turned = {
        "fixed readers, random cases": "random readers, fixed cases",
        "random readers, fixed cases": "fixed readers, random cases",
    }
    return found.with_(
        inference=turned.get(found.inference, found.inference),
        n_readers=found.n_cases,
        n_cases=found.n_readers,
        assumptions=tuple(turned.get(each, each) for each in found.assumptions),
    )


def arms_of(bundle: Bundle) -> dict[str, str]:
    """The arm of each reader, where readers.csv tells it."""
    readers = bundle.readers
    if readers is None or not has_values(readers, "arm"):
        return {}
    known = readers[readers["arm"].notna().to_numpy()]
    return dict(zip(as_text(known, "reader"), as_text(known, "arm"), strict=True))


def _forward(bundle: Bundle, names: tuple[str, str], readers: Sequence[str]) -> Bools | None:
    """Which readers read the first section before the second; None where no arm tells."""
    arm_of, orders = arms_of(bundle), {arm.name: arm.sections for arm in bundle.study.arms}
    found = []
    for reader in readers:
        read = orders.get(arm_of.get(reader, ""), ())
        if not set(names) <= set(read):
            return None
        found.append(read.index(names[0]) < read.index(names[1]))
    return np.array(found, dtype=bool) if found else None


def _orders(bundle: Bundle, names: tuple[str, str], readers: Sequence[str]) -> tuple[int, int] | None:
    forward = _forward(bundle, names, readers)
    return None if forward is None else (int(forward.sum()), int((~forward).sum()))
