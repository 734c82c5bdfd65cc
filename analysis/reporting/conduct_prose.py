"""Sentences on how a section was run."""

from collections.abc import Iterator

from analysis.reporting.who import readers_word
from analysis.reporting.words import Part, because, interval, listed, number, p_phrase, percent


def section_conduct(document: Part, name: str) -> Iterator[str]:
    """How one section was run."""
    part = document["sections"][name].get("conduct", {})
    position = document["sections"][name].get("detection", {}).get("position", {})
    if part.get("completeness"):
        done = part["completeness"]
        missing = "no answer was missing" if not done["missing"] else f"{done['missing']} were missing"
        yield (
            f"{done['readers']} {readers_word(document)} gave {done['answers']:,} answers "
            f"to {done['cases']:,} {done['unit']}s; "
            f"{missing}."
        )
    if part.get("order"):
        order = part["order"]
        yield f"{order['distinct_orders']} different orders were shown to {order['readers']} readers."
    if position.get("real_slots"):
        slots = listed([str(count) for count in position["real_slots"]])
        yield (
            f"The real image stood {slots} times in the positions of the screen; picks fell "
            f"{listed([str(count) for count in position['counts']])} times on them."
        )
    yield from _pace(part)
    yield from _controls(part)


def _pace(part: Part) -> Iterator[str]:
    trend = part.get("learning", {}).get("trend", {})
    if trend.get("estimate") is not None:
        yield (
            f"From the first to the last answer the log odds of a correct one changed by "
            f"{number(trend['estimate'], 2)} (interval {interval(trend['low'], trend['high'], digits=2)}, "
            f"{p_phrase(trend['p'])}; logistic mixed model)."
        )
    elif trend.get("reason"):
        yield f"Whether answers became better on the way was not modelled: {because(trend['reason'])}."
    times = part.get("response_times")
    if times:
        low, high = (number(ms / 1000, 1) for ms in times["quartiles_ms"])
        yield (
            f"The median answer took {number(times['median_ms'] / 1000, 1)} s (quartiles {low} and "
            f"{high} s); "
            f"{times['under_one_second'] or 'none'} took less than a second."
        )
        slope = times["log_slope_per_answer"]
        if slope["estimate"] is not None:
            yield (
                f"Response time changed by {number(100 * slope['estimate'], 2)}% an answer (interval "
                f"{interval(100 * slope['low'], 100 * slope['high'], digits=2)}, readers as the unit)."
            )


def _weighted(again: Part) -> str:
    """The quadratic kappas of repeats, where their answers are numbers."""
    rows = [("", again), *((f" of {row['label']}", row) for row in again.get("by_label", []))]
    found = [
        f", quadratic{of} {number(row['kappa_quadratic']['estimate'], 2)}"
        for of, row in rows
        if row.get("kappa_quadratic")
    ]
    return "".join(found)


def _controls(part: Part) -> Iterator[str]:
    again = part.get("repeats", {})
    if again.get("n"):
        kappa = (again.get("kappa") or {}).get("estimate")
        yield (
            f"Of {again['n']} hidden repeats {again['same']} were answered as before "
            f"({percent(again['share'])}, exact interval "
            f"{interval(again['low'], again['high'], as_percent=True)}, assuming independent answers; "
            f"Cohen’s kappa {number(kappa, 2)}{_weighted(again)})."
        )
    elif again:
        yield f"{again['reason'].capitalize()}."
    catch = part.get("catch_trials", {})
    if catch.get("n") and "k" in catch:
        share = percent(catch["share"])
        yield f"Of {catch['n']} answers to catch trials {catch['k']} were correct ({share})."
    elif catch:
        yield f"{catch['reason'].capitalize()}."
    flagged = [row["reader"] for row in part.get("straight_lining", []) if row["flagged"]]
    if flagged:
        yield f"Nine ratings in ten, or more, were the same point for {listed(flagged)}."
    elif part.get("straight_lining"):
        yield "No reader gave nine ratings in ten the same point."
