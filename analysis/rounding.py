"""Half-up rounding for print: 3.3225 is printed as 3.323, as on paper, and never as 3.322."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import isfinite

DASH = "–"
# the digits of the largest float before its point, and more behind it than anybody prints
ENOUGH = 400


def half_up(value: float | Fraction | None, digits: int = 3) -> str:
    """Return `value` with `digits` decimals, halves rounded away from zero.

    A float is taken as the shortest decimal that names it, so that 2.675 is 2.675 and not the binary
    2.67499999999999982. A `Fraction` is rounded exactly: give sums over counts as fractions.

    Parameters
    ----------
    value
        What is printed; None prints a dash.
    digits
        Decimals.

    Returns
    -------
    str
        The number as text.

    Examples
    --------
    >>> half_up(1329 / 400)
    '3.323'
    >>> half_up(None)
    '–'
    """
    if value is None or not isfinite(value):
        return DASH
    with localcontext(prec=ENOUGH):
        return _rounded(value, digits)


def _rounded(value: float | Fraction, digits: int) -> str:
    if isinstance(value, Fraction):
        return str(_halves_away(value * 10**digits).scaleb(-digits).quantize(_step(digits)))
    rounded = Decimal(repr(float(value))).quantize(_step(digits), rounding=ROUND_HALF_UP)
    return str(abs(rounded)) if rounded == 0 else str(rounded)


def half_up_percent(value: float | Fraction | None, digits: int = 1) -> str:
    """Return a share as a percentage: 0.29 becomes '29.0%'.

    Parameters
    ----------
    value
        The share; None prints a dash.
    digits
        Decimals.

    Returns
    -------
    str
        The percentage as text.
    """
    if value is None or not isfinite(value):
        return DASH
    exact = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    return f"{half_up(exact * 100, digits)}%"


def p_text(p: float | None, digits: int = 3) -> str:
    """Return a p-value as journals print it: '.128', '1.000', '<.001', or a dash where there is none.

    Parameters
    ----------
    p
        The p-value; None prints a dash.
    digits
        Decimals.

    Returns
    -------
    str
        The p-value as text.
    """
    if p is None or not isfinite(p):
        return DASH
    smallest = 10.0**-digits
    if p < smallest:
        return f"<{half_up(smallest, digits).removeprefix('0')}"
    return half_up(p, digits).removeprefix("0")


def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _halves_away(value: Fraction) -> Decimal:
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return Decimal(whole if value >= 0 else -whole)
