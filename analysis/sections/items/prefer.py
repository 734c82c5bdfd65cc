"""Preferences and orders: what each source is worth to readers, pair by pair and over all."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import as_text, spread
from analysis.bundle.item_checks import screens as screens_in
from analysis.crossed import CrossedMean, crossed_mean
from analysis.document.agreement import Coefficients
from analysis.document.items import NoneShare, PreferencePair, WorthItem
from analysis.errors import AnalysisError
from analysis.preference import Worth, plackett_luce
from analysis.ranks.multiplicity import adjusted
from analysis.sections.agreement import NOMINAL, coefficients_of
from analysis.sections.items.asked import Asked
from analysis.sections.items.right import share

MASKED = (
    "The bundle is masked: which images are of the same source is not known, so sources are not compared."
)
ONE = "All images are of one source, so there is nothing to compare."


@dataclass(frozen=True, kw_only=True)
class Screens:
    """Each reader's screen: what it showed, and the places of the best images, best first."""

    reader: tuple[str, ...]
    trial: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    images: tuple[tuple[str, ...], ...]
    best: tuple[tuple[int, ...], ...]

    def frame(self) -> pd.DataFrame:
        """Reader and trial of each screen, to be spread over."""
        return pd.DataFrame({"reader": pd.Categorical(self.reader), "trial": pd.Categorical(self.trial)})


def worth_item(asked: Asked, _bundle: Bundle, _limit: int) -> WorthItem:
    """Everything about one preference or order."""
    known = "source" in asked.rows and asked.rows["source"].notna().all()
    screens = screens_of(asked)
    none, agreement = _none(asked, screens), _agreement(asked, screens)
    if not known or len(asked.groups) < 2:
        reason = ONE if known else MASKED
        return WorthItem(
            **asked.described(),
            worth=(),
            differences=(),
            pairs=(),
            none=none,
            agreement=agreement,
            reason=reason,
        )
    found, why = fitted(asked, screens)
    order = {name: place for place, name in enumerate(asked.groups)}
    rows = sorted(found.sources, key=lambda row: order[row.source]) if found else []
    return WorthItem(
        **asked.described(),
        worth=tuple(rows),
        differences=found.differences if found else (),
        pairs=_pairs(asked, screens),
        none=none,
        agreement=agreement,
        reason=why,
    )


def screens_of(asked: Asked) -> Screens:
    """Gather the rows of each screen."""
    rows = asked.rows
    group = as_text(rows, "group")
    screen = screens_in(rows)
    order = np.argsort(screen, kind="stable")
    ends = np.flatnonzero(np.diff(screen[order])) + 1
    rank = asked.item.kind == "rank"
    best = [
        np.argsort(own, kind="stable") if rank else np.flatnonzero(own == 1)
        for own in np.split(asked.numbers[order], ends)
    ]
    columns = (as_text(rows, "reader"), as_text(rows, "trial"), group, as_text(rows, "image"))
    reader, trial, shown, images = (np.split(column[order], ends) for column in columns)
    return Screens(
        reader=tuple(str(own[0]) for own in reader),
        trial=tuple(str(own[0]) for own in trial),
        shown=tuple(map(tuple, shown)),
        images=tuple(map(tuple, images)),
        best=tuple(tuple(own.tolist()) for own in best),
    )


def fitted(asked: Asked, screens: Screens) -> tuple[Worth | None, str | None]:
    """The worth of the sources, or why there is none."""
    nothing = asked.item.kind == "prefer" and any(not order for order in screens.best)
    try:
        found = plackett_luce(
            screens.shown,
            screens.best,
            readers=screens.reader,
            cases=screens.trial,
            none=nothing,
            level=asked.study.level,
        )
    except AnalysisError as error:
        return None, str(error)
    return found, None


def net(screens: Screens, a: str, b: str, level: float) -> tuple[CrossedMean, Floats] | None:
    """Mean of +1 where `a` was before `b`, -1 where after, 0 where neither; NaN where not both were shown."""
    signs = net_signs(screens, a, b)
    if not np.isfinite(signs).any():
        return None
    table = spread(screens.frame(), "trial", signs).values
    return crossed_mean(table, null=0.0, level=level, bounds=(-1.0, 1.0)), signs


def net_signs(screens: Screens, a: str, b: str) -> Floats:
    """+1 where `a` was before `b` on a screen, -1 where after, 0 where neither, NaN where not both stood."""
    screen = zip(screens.shown, screens.best, strict=True)
    return np.array([_sign(shown, best, a, b) for shown, best in screen], dtype=float)


def _sign(shown: tuple[str, ...], best: tuple[int, ...], a: str, b: str) -> float:
    """The mean over all pairs of an image of `a` and one of `b`; an image that was not chosen is last."""
    if a not in shown or b not in shown:
        return np.nan
    place = dict.fromkeys(range(len(shown)), len(shown)) | {at: rank for rank, at in enumerate(best)}
    first, second = ([place[at] for at, name in enumerate(shown) if name == one] for one in (a, b))
    return float(np.mean([np.sign(y - x) for x in first for y in second]))


def _pairs(asked: Asked, screens: Screens) -> tuple[PreferencePair, ...]:
    rows = []
    for a, b in combinations(asked.groups, 2):
        found = net(screens, a, b, asked.study.level)
        if found is None:
            continue
        mean, signs = found
        seen = signs[np.isfinite(signs)]
        first, second = int((seen > 0).sum()), int((seen < 0).sum())
        rows.append(
            PreferencePair(
                a=a,
                b=b,
                a_first=first,
                b_first=second,
                neither=len(seen) - first - second,
                n=len(seen),
                share=first / (first + second) if first + second else None,
                net=mean,
            )
        )
    held = adjusted([row.net.p for row in rows])
    return tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))


def _none(asked: Asked, screens: Screens) -> NoneShare | None:
    """How often nothing was preferred; None for an order."""
    if asked.item.kind != "prefer":
        return None
    nothing = np.array([not order for order in screens.best], dtype=float)
    found = share(spread(screens.frame(), "trial", nothing).values, asked.study.level)
    return NoneShare.extending(found) if found is not None else None


def _agreement(asked: Asked, screens: Screens) -> Coefficients | None:
    """On which image was best, never on its place on the screen."""
    if len(set(screens.reader)) < 2:
        return None
    first = [
        sorted(images).index(images[order[0]]) if order else len(images)
        for images, order in zip(screens.images, screens.best, strict=True)
    ]
    most = max(map(len, screens.images))
    grid = spread(
        screens.frame(), "trial", [most if not o else p for o, p in zip(screens.best, first, strict=True)]
    )
    found = coefficients_of(grid, NOMINAL, list(range(most + 1)), asked.study.level)
    # the categories are places among the images of a screen, which mean nothing by themselves
    return Coefficients(**(found | {"fleiss": found["fleiss"].with_(per_category=())}))
