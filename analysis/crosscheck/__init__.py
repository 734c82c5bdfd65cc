"""A second opinion: the report's numbers beside those of other programs, run in a process of their own."""

from analysis.crosscheck.compare import CrossCheckError, cross_check

__all__ = ["CrossCheckError", "cross_check"]
