"""The one image that is the target, as the task pick_real is analysed."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.bundle import Bundle
from analysis.bundle.grid import as_text, has_values, spread, tidy
from analysis.bundle.item_checks import numbers
from analysis.bundle.study import Section, Source, Study
from analysis.crossed import crossed_rate
from analysis.document.items import PickItem, TargetShare
from analysis.sections.agreement import agreement_of_picks
from analysis.sections.items.asked import Asked
from analysis.sections.items.right import by_reader
from analysis.sections.pick_real import detection

LETTERS = "ABCDEFGHIJKL"


def pick_item(asked: Asked, _bundle: Bundle, limit: int) -> PickItem:
    """Everything about one pick."""
    picks, sizes = as_picks(asked)
    several = len(set(sizes.tolist())) > 1
    section = Section(name=asked.section.name, task="pick_real", alternatives=int(sizes.max()))
    study = _with_target(asked)
    agreement = agreement_of_picks(study, section, picks) if picks["reader"].nunique() > 1 else None
    return PickItem(
        **asked.described(),
        target=asked.item.target,
        alternatives=None if several else section.alternatives,
        detection=None if several else detection(study, section, picks, None, limit),
        share=_share(asked, picks, sizes) if several and not study.masked else None,
        agreement=agreement,
    )


def is_target(asked: Asked, source: object) -> bool:
    """Whether images of a source are what was to be picked."""
    kinds = {each.name: each.kind for each in asked.study.sources}
    return asked.item.target in (source, kinds.get(str(source)))


def _with_target(asked: Asked) -> Study:
    """The study with the target in the part of the real images."""
    sources = tuple(
        Source(name=s.name, kind="real" if is_target(asked, s.name) else "synthetic")
        for s in asked.study.sources
    )
    return replace(asked.study, sources=sources, detection_margin=asked.item.margin)


def as_picks(asked: Asked) -> tuple[pd.DataFrame, np.ndarray]:
    """One row a screen, in the form of picks.csv, and how many images each showed."""
    rows = asked.rows.assign(label=_labels(asked))
    screen = pd.factorize(pd.MultiIndex.from_arrays([as_text(rows, "reader"), as_text(rows, "trial")]))[0]
    sizes = np.bincount(screen)
    chosen = numbers(rows["value"]) == 1
    picked = rows[chosen]
    of = screen[chosen]
    columns = {name: picked[name] for name in ("section", "reader", "trial")}
    for name in ("order", "response_ms"):
        if has_values(picked, name):
            columns[name] = picked[name]
    found = pd.DataFrame(columns).assign(picked=picked["label"])
    if not asked.study.masked:
        target = np.array([is_target(asked, name) for name in as_text(picked, "source")])
        found = found.assign(correct=target.astype(float))
    slots = _slots(rows)
    if slots is not None:
        found = found.assign(slot_picked=slots[chosen])
        if not asked.study.masked:
            right = np.array([is_target(asked, name) for name in as_text(rows, "source")])
            real = np.full(len(sizes), np.nan)
            real[screen[right]] = slots[right]
            found = found.assign(slot_real=real[of])
    return tidy(found), sizes[of]


def _labels(asked: Asked) -> pd.Series:
    """The alternative of each image: its source, with #2 and so on; the image where the bundle is masked."""
    rows = asked.rows
    if not has_values(rows, "source"):
        letters = [str(name).rpartition("-")[2] for name in as_text(rows, "image")]
        return pd.Series(pd.Categorical(letters), index=rows.index)
    # the same image has the same label for every reader
    pairs = (
        rows[["trial", "image", "source"]].drop_duplicates().astype(object).sort_values(["trial", "image"])
    )
    place = pairs.groupby(["trial", "source"]).cumcount() + 1
    named = [f"{s}#{n}" if n > 1 else str(s) for s, n in zip(pairs["source"], place, strict=True)]
    of = dict(zip(zip(pairs["trial"], pairs["image"], strict=True), named, strict=True))
    keys = zip(as_text(rows, "trial"), as_text(rows, "image"), strict=True)
    return pd.Series(pd.Categorical([of[key] for key in keys]), index=rows.index)


def _slots(rows: pd.DataFrame) -> np.ndarray | None:
    """The place of each image on the screen, from 1; None unless every row tells it."""
    if "slot" not in rows or rows["slot"].isna().any():
        return None
    texts = [str(text) for text in as_text(rows, "slot")]
    letters = {letter: float(place) for place, letter in enumerate(LETTERS, start=1)}
    found = np.array([letters.get(text, float(text) if text.isdecimal() else np.nan) for text in texts])
    return None if np.isnan(found).any() else found


def _share(asked: Asked, picks: pd.DataFrame, sizes: np.ndarray) -> TargetShare:
    """Screens of different numbers of images: chance is the mean of one in so many."""
    chance = float((1 / sizes).mean())
    grid = spread(picks, "trial", picks["correct"])
    crossed = crossed_rate(grid.values, chance=chance, level=asked.study.level)
    seen = grid.values[np.isfinite(grid.values)]
    return TargetShare(
        k=int(seen.sum()),
        n=len(seen),
        rate=float(seen.mean()),
        chance=chance,
        crossed=crossed,
        by_reader=by_reader(grid.readers, grid.values, asked.study.level),
    )
