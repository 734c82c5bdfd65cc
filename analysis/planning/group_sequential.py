"""Boundaries of looks at a study that is still running, which keep the error of all looks together.

Z at a look, times the root of its information, is a Brownian motion; the chance of crossing is computed by
numerical integration from look to look (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special
from scipy.optimize import brentq

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError, WrongValueError
from analysis.result import Result

NODES = 240
#: Quadrature points for each standard deviation of the step from one look to the next.
DENSE = 4.0
WIDEST = 10.0
REACH = 9.0
CLOSEST = 1e-6
SPENDING = ("lan-demets-obrien-fleming", "lan-demets-pocock")
METHODS = ("obrien-fleming", "pocock", *SPENDING)


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


def nominal_level(
    taken: Sequence[float], present: float, *, method: str, alpha: float = 0.05, last: bool = False
) -> float:
    """Two-sided p-value that decides at the present look, after looks that did not stop the study.

    Parameters
    ----------
    taken
        Share of the planned answers that each look before had, rising.
    present
        The share that there is now. At the end it may be less or more than 1.
    method
        ``lan-demets-obrien-fleming`` or ``lan-demets-pocock``.
    alpha
        Two-sided error of all looks together.
    last
        Whether no look follows; then all error that is left is spent, whatever the share.

    Returns
    -------
    float
        The study has reached its end where the two-sided p-value is not above it.
    """
    if method not in SPENDING:
        raise UnknownChoiceError(f"{method!r} spends no error; choose from {', '.join(SPENDING)}.")
    # an end without a single answer more is the look before, with all error that was left
    before = [share for share in taken if share <= present - CLOSEST] if last else list(taken)
    shares = np.asarray([*before, present], dtype=np.float64)
    _check_alpha(alpha)
    _check_rising(shares)
    spent = _spent_by(method, np.minimum(shares, 1), alpha)
    if last:
        spent[-1] = alpha
    return float(2 * special.ndtr(-_spending(shares, spent)[-1]))


def _spent_by(method: str, shares: Floats, alpha: float) -> Floats:
    """Two-sided error that may be spent until each look."""
    if method == "lan-demets-pocock":
        return np.asarray(alpha * np.log1p((np.e - 1) * shares))
    return np.asarray(4 * special.ndtr(special.ndtri(alpha / 4) / np.sqrt(shares)))


def _spending(shares: Floats, spent: Floats) -> Floats:
    """The boundary of each look that spends what is left until then."""
    found: list[float] = []
    walk, already = START, 0.0
    for share, until, ahead in zip(shares, spent, _ahead(shares), strict=True):

        def excess(
            bound: float, walk: _Walk = walk, share: float = share, left: float = until - already
        ) -> float:
            return walk.chance(share, bound) - left

        # where next to nothing may be spent the boundary is as good as infinite
        bound = brentq(excess, 0.0, WIDEST, xtol=1e-12) if excess(WIDEST) < 0 else WIDEST
        already += walk.chance(share, bound)
        walk = walk.inside(share, bound, ahead)
        found.append(bound)
    return np.array(found)


def _crossing(shares: Floats, bounds: Floats) -> Floats:
    """Chance of reaching a boundary first at each look, where there is no difference."""
    chances, walk = [], START
    for share, bound, ahead in zip(shares, bounds, _ahead(shares), strict=True):
        chances.append(walk.chance(share, bound))
        walk = walk.inside(share, bound, ahead)
    return np.array(chances)


def _ahead(shares: Floats) -> Floats:
    """How much information the look after each adds; after the last comes none."""
    return np.append(np.diff(shares), np.inf)


@dataclass(frozen=True)
class _Walk:
    """Where the Brownian motion is at a share of the information, if it has crossed nothing yet."""

    share: float
    points: Floats
    density: Floats

    def chance(self, share: float, bound: float) -> float:
        """Chance of reaching the boundary at the next share."""
        end, step = bound * np.sqrt(share), np.sqrt(share - self.share)
        above = special.ndtr((self.points - end) / step) + special.ndtr((-end - self.points) / step)
        return float((self.density * above).sum())

    def inside(self, share: float, bound: float, ahead: float) -> _Walk:
        """The motion at the next share, where it did not reach the boundary; `ahead` lies the one after."""
        end, step = min(bound, WIDEST) * np.sqrt(share), np.sqrt(share - self.share)
        # looks that follow each other closely move it little, and need close points
        nodes, weights = _nodes(math.ceil(DENSE * end / (NODES * min(step, math.sqrt(ahead)))))
        points = end * nodes
        # only points within reach of the step, which are few where it is short
        low = np.searchsorted(self.points, points - REACH * step)
        high = np.searchsorted(self.points, points + REACH * step)
        near = low[:, None] + np.arange((high - low).max())
        of = np.minimum(near, len(self.points) - 1)
        kernel = np.exp(-0.5 * ((points[:, None] - self.points[of]) / step) ** 2) / (
            step * np.sqrt(2 * np.pi)
        )
        moved = np.where(near < high[:, None], kernel * self.density[of], 0.0).sum(axis=1)
        return _Walk(share, points, moved * weights * end)


START = _Walk(0.0, np.array([0.0]), np.array([1.0]))


@cache
def _nodes(panels: int) -> tuple[Floats, Floats]:
    """Gauss and Legendre's points from -1 to 1, in as many panels as are needed."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    middles = (2 * np.arange(panels) + 1) / panels - 1
    return (middles[:, None] + nodes / panels).ravel(), np.tile(weights / panels, panels)


def _check(shares: Floats, method: str, alpha: float) -> None:
    if method not in METHODS:
        raise UnknownChoiceError(f"The method {method!r} is unknown; choose from {', '.join(METHODS)}.")
    _check_alpha(alpha)
    _check_rising(shares)
    if abs(shares[-1] - 1) > 1e-9:
        raise WrongValueError("The last look has all the information; end with 1.0.")


def _check_alpha(alpha: float) -> None:
    if not 0 < alpha < 0.5:
        raise WrongValueError(f"An error of {alpha:g} is not between 0 and 0.5; write 0.05, say.")


def _check_rising(shares: Floats) -> None:
    known = shares.ndim == 1 and len(shares) and np.isfinite(shares).all()
    if not known or shares[0] <= 0 or (np.diff(shares) < CLOSEST).any():
        raise WrongValueError("Shares of information have to rise above 0; write [0.5, 1.0], say.")
