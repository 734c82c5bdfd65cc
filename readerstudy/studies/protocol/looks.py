"""Interim looks at the primary endpoint, planned before the first answer."""

from collections.abc import Sequence
from itertools import pairwise

from readerstudy.studies.protocol.document import EndpointDocument, Looks
from readerstudy.studies.protocol.table import Table

SPENDING = ("obrien-fleming", "pocock")
EARLIEST, LATEST, MOST = 10, 95, 5


def parse_looks(root: Table, endpoints: Sequence[EndpointDocument]) -> Looks | None:
    """Return the looks of the protocol; None where the study is looked at when it has ended."""
    table = root.table("looks", required=False) or root.imagined("looks")
    at = table.wholes("at", required=False)
    looks = Looks(at=at, spending=table.choice("spending", SPENDING, SPENDING[0]))
    table.finish()
    if not at:
        return None
    _check_shares(table, at)
    primary = sum(endpoint.role == "primary" for endpoint in endpoints)
    if primary != 1 and root.is_right("endpoints"):
        root.problem(
            "looks",
            f"needs one primary endpoint, which the looks are about; the protocol declares {primary}.",
        )
    return looks


def _check_shares(table: Table, at: Sequence[int]) -> None:
    if len(at) > MOST:
        table.problem("at", f"names {len(at)} looks; there can be {MOST}.")
    elif not all(EARLIEST <= share <= LATEST for share in at):
        table.problem("at", f"is {list(at)}; a look is at {EARLIEST} to {LATEST} percent of the answers.")
    elif any(first >= second for first, second in pairwise(at)):
        table.problem("at", f"is {list(at)}; looks have to rise, such as [50, 75].")
