"""Shares, intervals and p-values for pages, with the digits of the reports."""


def share_interval(count: int, total: int, *, level: float) -> tuple[float | None, float | None]:
    """Return Wilson's interval, as the report draws it for a reader."""
    from analysis.proportions import wilson  # scipy: a web process loads it when a page first needs it

    found = wilson(count, total, level=level)
    return found.low, found.high


def rounded(value: float, digits: int = 3) -> str:
    """Return a number as the report prints it: halves away from zero, and a true minus."""
    from analysis.rounding import half_up

    return half_up(value, digits).replace("-", "−")


def percent(share: float, digits: int = 1) -> str:
    """Return a share as the report prints it: halves away from zero, and a true minus."""
    from analysis.rounding import half_up_percent

    return half_up_percent(share, digits).replace("-", "−")


def points(difference: float) -> str:
    """Return a difference of shares in percentage points."""
    return percent(difference).removesuffix("%")


def p_value(p: float) -> str:
    """Return a p-value as the report prints it, such as .310 or <.001."""
    from analysis.rounding import p_text

    return p_text(p)
