"""A share with its interval, for pages; the reports have their own."""


def share_interval(count: int, total: int, *, level: float) -> tuple[float | None, float | None]:
    """Return Wilson's interval, as the report draws it for a reader."""
    from analysis.proportions import wilson  # scipy: a web process loads it when a page first needs it

    found = wilson(count, total, level=level)
    return found.low, found.high
