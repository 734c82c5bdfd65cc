"""Response times of a masked bundle, in steps.

Exact ones, held against the times in the log, tell in which order a reader saw the trials. One value stands
for all from 1 to 2, from 2 to 5, from 5 to 10 and so on, so that answers under one second are still counted.
"""

import math
from itertools import pairwise

#: 100 ms, 200 ms, 500 ms, 1 s … 10,000 s.
EDGES = (*(step * 10**power for power in range(2, 7) for step in (1, 2, 5)), 10**7)


def _middle(low: int, high: int) -> int:
    """The geometric mean of a step, with two digits: 1,400 of 1,000 to 2,000."""
    mean = math.sqrt(low * high)
    return int(float(f"{mean:.1e}"))


#: What stands for the times under each edge; the first covers all that is shorter.
TIME_STEPS = tuple((high, _middle(low, high)) for low, high in pairwise((EDGES[0] // 2, *EDGES)))
LONGEST_MS = _middle(EDGES[-1], 2 * EDGES[-1])


def coarse(ms: int | None) -> int | None:
    if ms is None:
        return None
    return next((middle for high, middle in TIME_STEPS if ms < high), LONGEST_MS)


def coarse_sql(column: str) -> str:
    """The same as an expression for the database."""
    steps = " ".join(f"WHEN {column} < {high} THEN {middle}" for high, middle in TIME_STEPS)
    return f"CASE WHEN {column} IS NULL THEN NULL {steps} ELSE {LONGEST_MS} END"
