"""Replay the staircases of an unblinded study: every exposure follows from rule, secret and answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from readerstudy.studies.protocol import ProtocolDocument, Staircase
from readerstudy.truth.allocation.staircases import exposures, which

Row = Mapping[str, str]
#: Exposures are whole milliseconds; a table may have them as decimals.
SAME_MS = 0.5


def other_exposures(
    rows: Iterable[Row], protocol: ProtocolDocument, places: Mapping[str, int], key: bytes
) -> Iterator[str]:
    """Yield where `answers.csv` has another exposure than the rule gives. `places` are those of readers."""
    rules = {section.name: section.staircase for section in protocol.sections if section.staircase}
    read: dict[tuple[str, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        rule = rules.get(row["section"])
        if rule is not None and row["item"] == rule.item:
            read[row["section"], row["reader"]][int(row["order"])].append(row)
    for (section, reader), trials in read.items():
        found = _replayed(section, rules[section], trials, places[reader], key)
        for order, planned in found:
            yield f"{section}, {reader}, screen {order}: {planned} ms by the rule"


def _replayed(
    section: str, rule: Staircase, trials: Mapping[int, list[Row]], place: int, key: bytes
) -> Iterator[tuple[int, int]]:
    orders = sorted(trials)
    whose = [which(section, place, order, key) for order in orders]
    planned = exposures(rule, whose, [_is_right(trials[order]) for order in orders])
    for order, exposure_ms in zip(orders, planned, strict=True):
        said = trials[order][0]["exposure_ms"]
        if not said or abs(float(said) - exposure_ms) > SAME_MS:
            yield order, exposure_ms


def _is_right(rows: list[Row]) -> bool | None:
    """Whether the answer to a trial was right. A pick has a row for each image, 1 where it was picked."""
    if rows[0].get("catch") == "1":
        return None
    said = rows if len(rows) == 1 else [row for row in rows if row["value"] == "1"]
    return any(row["correct"] == "1" for row in said)
