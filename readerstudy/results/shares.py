"""A share with its interval, for pages; the reports have their own."""

from analysis.proportions import wilson


def share_interval(count: int, total: int, *, level: float) -> tuple[float | None, float | None]:
    """Wilson's interval, as the report draws it for a reader."""
    found = wilson(count, total, level=level)
    return found.low, found.high
