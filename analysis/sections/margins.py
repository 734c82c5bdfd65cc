"""Equivalence where the protocol fixed no margin."""

from typing import TypeVar

from analysis.result import Equivalence

Decision = TypeVar("Decision", bound=Equivalence)


def undecided(found: Decision, reason: str) -> Decision:
    """Return an equivalence without its verdict; the smallest margin that would pass stays."""
    verdict = dict.fromkeys(("margin", "p", "p_low", "p_high", "within"))
    return found.with_(**verdict, reason=found.reason or reason)
