"""What the parts of ``study.json`` are read with."""

from typing import TypeGuard

from analysis.bundle.errors import BundleError, quoted

FILE = "study.json"
LARGEST_NUMBER = 1e15


def is_number(found: object) -> TypeGuard[float]:
    return isinstance(found, int | float) and not isinstance(found, bool) and abs(found) < LARGEST_NUMBER


def refused(found: object, column: str, remedy: str) -> BundleError:
    """Return the error for a value that is not allowed where it stands."""
    return BundleError(FILE, f"{quoted(found)} is not allowed here", remedy, column=column)
