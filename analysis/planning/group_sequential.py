"""Boundaries of looks at a study that is still running, which keep the error of all looks together.

Z at a look, times the root of its information, is a Brownian motion; the chance of crossing is computed by
numerical integration from look to look (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import brentq

from analysis.errors import UnknownChoiceError, WrongValueError
from analysis.result import Result

Floats = npt.NDArray[np.float64]
NODES = 240
WIDEST = 10.0
METHODS = ("obrien-fleming", "pocock", "lan-demets-obrien-fleming", "lan-demets-pocock")


@dataclass(frozen=True, kw_only=True)
class GroupSequential(Result):
    """Boundaries of |z| at each look, and the two-sided error spent until then."""

    information: tuple[float, ...]
    boundaries: tuple[float, ...]
    nominal_p: tuple[float, ...]
    spent: tuple[float, ...]
    alpha: float
    method: str


def group_sequential(
    information: Sequence[float], *, method: str = "lan-demets-obrien-fleming", alpha: float = 0.05
) -> GroupSequential:
    """Boundaries for looks at given shares of the information; a study stops where |z| reaches one.

    Parameters
    ----------
    information
        Share of the answers that each look has, rising to 1.
    method
        ``obrien-fleming`` (c / √t), ``pocock`` (c at every look), or Lan and DeMets' (1983) error spending
        of either kind, which keeps the error whatever the shares become.
    alpha
        Two-sided error of all looks together.

    Returns
    -------
    GroupSequential
        A boundary, its nominal p-value and the error spent for each look.
    """
    shares = np.asarray(information, dtype=np.float64)
    _check(shares, method, alpha)
    if method.startswith("lan-demets"):
        found = _spending(shares, _spent_by(method, shares, alpha))
    else:
        shape = np.sqrt(1 / shares) if method == "obrien-fleming" else np.ones(len(shares))
        constant = brentq(lambda c: _crossing(shares, c * shape).sum() - alpha, 0.5, WIDEST, xtol=1e-12)
        found = constant * shape
    return GroupSequential(
        information=tuple(shares.tolist()),
        boundaries=tuple(found.tolist()),
        nominal_p=tuple((2 * special.ndtr(-found)).tolist()),
        spent=tuple(np.cumsum(_crossing(shares, found)).tolist()),
        alpha=alpha,
        method=method,
    )


def _spent_by(method: str, shares: Floats, alpha: float) -> Floats:
    """Two-sided error that may be spent until each look."""
    if method == "lan-demets-pocock":
        return np.asarray(alpha * np.log1p((np.e - 1) * shares))
    return np.asarray(4 * special.ndtr(special.ndtri(alpha / 4) / np.sqrt(shares)))


def _spending(shares: Floats, spent: Floats) -> Floats:
    """The boundary of each look that spends what is left until then."""
    found: list[float] = []
    for look in range(len(shares)):

        def excess(bound: float, look: int = look) -> float:
            crossed = _crossing(shares[: look + 1], np.array([*found, bound]))
            return float(crossed.sum() - spent[look])

        # where next to nothing may be spent the boundary is as good as infinite
        found.append(brentq(excess, 0.0, WIDEST, xtol=1e-12) if excess(WIDEST) < 0 else WIDEST)
    return np.array(found)


def _crossing(shares: Floats, bounds: Floats) -> Floats:
    """Chance of reaching a boundary first at each look, where there is no difference."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    chances, density, points = [], np.array([1.0]), np.array([0.0])
    before = 0.0
    for share, bound in zip(shares, bounds, strict=True):
        end, step = bound * np.sqrt(share), np.sqrt(share - before)
        above = special.ndtr((points - end) / step) + special.ndtr((-end - points) / step)
        chances.append(float(density @ above))
        inside = end * nodes
        kernel = np.exp(-0.5 * ((inside[:, None] - points) / step) ** 2) / (step * np.sqrt(2 * np.pi))
        density, points, before = (kernel @ density) * weights * end, inside, share
    return np.array(chances)


def _check(shares: Floats, method: str, alpha: float) -> None:
    if method not in METHODS:
        raise UnknownChoiceError(f"The method {method!r} is unknown; choose from {', '.join(METHODS)}.")
    if not 0 < alpha < 0.5:
        raise WrongValueError(f"An error of {alpha:g} is not between 0 and 0.5; write 0.05, say.")
    if shares.ndim != 1 or not len(shares) or shares[0] <= 0 or (np.diff(shares) <= 0).any():
        raise WrongValueError("Shares of information have to rise above 0; write [0.5, 1.0], say.")
    if abs(shares[-1] - 1) > 1e-9:
        raise WrongValueError("The last look has all the information; end with 1.0.")
