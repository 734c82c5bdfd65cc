"""What changed between sections that ask the same item."""

from collections.abc import Iterator
from itertools import combinations

from analysis.bundle import Bundle
from analysis.bundle.items import Item
from analysis.document.changes import Change
from analysis.ranks.multiplicity import adjusted
from analysis.sections.items.asked import Asked, asked
from analysis.sections.items.quantities import Quantity, net_quantity, quantity
from analysis.sections.items.sections import between


def changes(bundle: Bundle) -> tuple[Change, ...]:
    """Compare every two sections that ask one item: the later minus the earlier, Holm within an item."""
    if bundle.answers is None:
        return ()
    names = dict.fromkeys(item.name for section in bundle.study.sections for item in section.items)
    return tuple(change for name in names for change in _of_item(bundle, name))


def _of_item(bundle: Bundle, name: str) -> tuple[Change, ...]:
    found = []
    for section in bundle.study.sections:
        item = section.item(name)
        one = asked(bundle, section, item) if item else None
        if one is not None and not one.rows.empty:
            found.append(one)
    rows = [row for first, second in combinations(found, 2) for row in _between(bundle, first, second)]
    held = adjusted([row.p for row in rows])
    return tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))


def _between(bundle: Bundle, first: Asked, second: Asked) -> Iterator[Change]:
    names = (second.section.name, first.section.name)
    for what, option in _measured(second.item, first, bundle):
        one, other = (_quantity(part, bundle, what, option) for part in (second, first))
        if not isinstance(one, Quantity) or not isinstance(other, Quantity):
            continue
        found = between(bundle, one, other, names, bundle.study.level)
        difference = found.difference
        yield Change(
            item=second.item.name,
            ask=second.item.title,
            what=what,
            option=option or None,
            section=first.section.name,
            to=second.section.name,
            before=_mean(other),
            after=_mean(one),
            difference=difference.estimate,
            se=difference.se,
            df=difference.df,
            low=difference.low,
            high=difference.high,
            p=difference.p,
            paired=found.paired,
            inference=difference.inference,
            n_readers=difference.n_readers,
            n_cases=difference.n_cases,
            orders=found.orders,
            period=found.period,
            reason=difference.reason,
        )


def _mean(quantity: Quantity) -> float:
    values = quantity.grid.values
    return float(values[values == values].mean())


def _measured(item: Item, first: Asked, _bundle: Bundle) -> Iterator[tuple[str, str]]:
    """What is compared of an item, with the option or the pair of sources."""
    if item.kind in ("scale", "number", "measure"):
        yield "mean", ""
    if item.kind == "mark":
        yield "count", ""
    if item.kind in ("prefer", "rank"):
        for a, b in combinations(first.groups, 2):
            yield "net", f"{a} – {b}"
    if item.kind == "pick" or (item.truth and item.kind != "choices"):
        yield ("error" if item.kind in ("number", "measure") else "accuracy"), ""
    if item.kind == "choices" or (item.kind == "choice" and not item.truth):
        for value in item.values:
            yield "share", value


def _quantity(part: Asked, bundle: Bundle, what: str, option: str) -> Quantity | str:
    if what == "net":
        a, _, b = option.partition(" – ")
        return net_quantity(part, bundle, a, b)
    return quantity(part, bundle, what, option)
