"""Interim looks at the primary endpoint, planned before the first answer."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from readerstudy.studies.protocol.document import EndpointDocument, Looks, SectionDocument
from readerstudy.studies.protocol.table import Table

SPENDING = ("obrien-fleming", "pocock")
EARLIEST, LATEST, MOST = 10, 95, 5


def parse_looks(
    root: Table, endpoints: Sequence[EndpointDocument], sections: Sequence[SectionDocument]
) -> Looks | None:
    """Return the looks of the protocol; None where the study is looked at when it has ended."""
    table = root.table("looks", required=False) or root.imagined("looks")
    at = table.wholes("at", required=False)
    looks = Looks(at=at, spending=table.choice("spending", SPENDING, SPENDING[0]))
    table.finish()
    if not at:
        return None
    _check_shares(table, at)
    primary = [endpoint for endpoint in endpoints if endpoint.role == "primary"]
    if len(primary) != 1 and root.is_right("endpoints"):
        root.problem(
            "looks",
            f"needs one primary endpoint, which the looks are about; the protocol declares {len(primary)}.",
        )
    for endpoint in primary:
        _check_staircases(root, endpoint, sections)
    return looks


def sections_decided_by(endpoint: EndpointDocument, names: Collection[str]) -> list[str]:
    """The sections whose answers decide an endpoint."""
    compared = [name for name in endpoint.compare if name in names]
    return compared or [endpoint.of.partition(".")[0]]


def _check_staircases(root: Table, endpoint: EndpointDocument, sections: Sequence[SectionDocument]) -> None:
    """A look is due at a number of answers, which staff see grow."""
    known = {section.name: section.staircase for section in sections}
    for name in sections_decided_by(endpoint, known):
        staircase = known.get(name)
        if staircase is not None and staircase.reversals:
            root.problem(
                "looks",
                f"counts the answers of {name!r}, whose staircase ends after so many turns: their number "
                "tells how often readers were right. Say reversals = 0, or leave the looks out.",
            )


def _check_shares(table: Table, at: Sequence[int]) -> None:
    if len(at) > MOST:
        table.problem("at", f"names {len(at)} looks; there can be {MOST}.")
    elif not all(EARLIEST <= share <= LATEST for share in at):
        table.problem("at", f"is {list(at)}; a look is at {EARLIEST} to {LATEST} percent of the answers.")
    elif any(first >= second for first, second in pairwise(at)):
        table.problem("at", f"is {list(at)}; looks have to rise, such as [50, 75].")
