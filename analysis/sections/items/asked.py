"""One item of one section with the answers that count, and readers x cases tables of them."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import Grid, as_text, has_values, is_extra, spread, tidy
from analysis.bundle.item_checks import numbers, truth_of
from analysis.bundle.items import ALL, Item
from analysis.bundle.study import Section, Source, Study
from analysis.crossed import CrossedMean, crossed_difference, crossed_equivalence, crossed_mean
from analysis.document.items import GroupDifference, Missing
from analysis.ranks.multiplicity import adjusted
from analysis.sections.call_same_cases import case_of_images, matched
from analysis.sections.margins import undecided

REAL, SYNTHETIC = "real", "synthetic"
NO_MARGIN = "The item has no margin, so equivalence is not decided; read the smallest margin."


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """An item with its answers.

    `rows` are those that count and have an answer, with two columns more: `case`, what is answered (the
    image, or the trial), and `group`, its source, or its kind of screen where screens mix sources.
    """

    study: Study
    section: Section
    item: Item
    rows: pd.DataFrame
    every: pd.DataFrame = field(repr=False)
    missing: Missing
    images: pd.DataFrame | None = field(repr=False)

    def described(self) -> dict[str, Any]:
        """What every kind of item says of itself."""
        answers = self.rows[~self.rows.duplicated(["reader", "trial", "case"]).to_numpy()]
        return {
            "kind": self.item.kind,
            "of": self.item.of,
            "ask": self.item.title,
            "n": len(answers),
            "n_readers": int(self.rows["reader"].nunique()),
            "n_cases": int(self.rows["case"].nunique()),
            "missing": self.missing,
            "margin": self.item.margin,
        }

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The sources, or kinds of screen, in the order of the study."""
        present = [str(name) for name in self.rows["group"].cat.categories]
        return (*(n for n in self.study.source_names if n in present),
                *(n for n in present if n not in self.study.source_names))  # fmt: skip

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The groups with their kinds; a kind of screen has none."""
        kinds = {source.name: source.kind for source in self.study.sources}
        return tuple(Source(name=name, kind=kinds.get(name)) for name in self.groups)

    @cached_property
    def numbers(self) -> Floats:
        """The answers as numbers."""
        return numbers(self.rows["value"])

    def grid(self, values: npt.ArrayLike) -> Grid:
        """Spread one value a row over readers and cases."""
        return spread(self.rows, "case", values)

    @cached_property
    def group_of_case(self) -> npt.NDArray[np.object_]:
        """The group of each case of a grid."""
        pairs = self.rows[["case", "group"]].drop_duplicates("case")
        of = dict(zip(as_text(pairs, "case"), as_text(pairs, "group"), strict=True))
        return np.array([of[name] for name in self.rows["case"].cat.categories], dtype=object)

    @cached_property
    def kind_of_case(self) -> npt.NDArray[np.object_]:
        """Real, synthetic, or None where the group is a kind of screen or the bundle is masked."""
        kinds = {source.name: source.kind for source in self.sources}
        return np.array([kinds.get(name) for name in self.group_of_case], dtype=object)

    @cached_property
    def truth(self) -> npt.NDArray[np.object_] | None:
        """The truth of each row, where the bundle tells it."""
        if not self.item.truth or self.study.masked:
            return None
        kinds = {source.name: source.kind for source in self.study.sources}
        found = truth_of(self.item, self.rows, self.images, kinds)
        return None if found is None or all(value is None for value in found) else found

    @cached_property
    def truth_of_case(self) -> npt.NDArray[np.object_] | None:
        """The truth of each case of a grid."""
        if self.truth is None:
            return None
        found = np.full(len(self.rows["case"].cat.categories), None, dtype=object)
        found[self.rows["case"].cat.codes.to_numpy()] = self.truth
        return found

    @cached_property
    def correct(self) -> Floats | None:
        """1 where an answer is right, 0 where it is wrong, as the bundle says; else by the truth."""
        if has_values(self.rows, "correct"):
            return self.rows["correct"].to_numpy(dtype=float)
        if self.truth is None or self.item.kind not in ("choice", "scale", "number", "measure"):
            return None
        known = np.array([value is not None for value in self.truth], dtype=bool)
        if self.item.kind == "choice":
            right = np.asarray(as_text(self.rows, "value") == self.truth, dtype=float)
        else:
            true = pd.to_numeric(pd.Series(self.truth), errors="coerce").to_numpy(dtype=float)
            known &= np.isfinite(true)
            right = (np.abs(self.numbers - true) <= self.item.within).astype(float)
        return np.where(known, right, np.nan)

    def mean_of(self, values: npt.ArrayLike) -> CrossedMean:
        """The mean over readers and cases."""
        return crossed_mean(self.grid(values).values, level=self.study.level)

    def real_minus_synthetic(
        self, values: npt.ArrayLike, bounds: tuple[float, float] | None = None, *, judged: bool = True
    ) -> GroupDifference | None:
        """All real cases against all synthetic ones; None where one of them has no value.

        `judged`: the item's margin is in the unit of these values.
        """
        grid = self.grid(values)
        valued = np.isfinite(grid.values).any(axis=0)
        real, made = ((self.kind_of_case == kind) & valued for kind in (REAL, SYNTHETIC))
        if not real.any() or not made.any():
            return None
        names = [s.name for s in self.sources if s.kind in (REAL, SYNTHETIC)]
        if len(names) == 2:
            found = self._pair(grid, self._first(REAL), self._first(SYNTHETIC), bounds)
        else:
            found = _difference(grid.values[:, real], grid.values[:, made], self.study.level, bounds)
        found = found.with_(a=REAL, b=SYNTHETIC)
        return self._judged(found) if judged else found

    def real_minus_each(
        self, values: npt.ArrayLike, bounds: tuple[float, float] | None = None, *, judged: bool = True
    ) -> tuple[GroupDifference, ...]:
        """Each real source against each other one; all pairs where none is real. Holm over them.

        Sources without a value are left out.
        """
        grid = self.grid(values)
        valued = set(self.group_of_case[np.isfinite(grid.values).any(axis=0)])
        real = [source.name for source in self.sources if source.kind == REAL]
        pairs = [(a, b) for a in real for b in self.groups if b not in real]
        if not pairs:
            pairs = [(a, b) for i, a in enumerate(self.groups) for b in self.groups[i + 1 :]]
        found = [self._pair(grid, a, b, bounds) for a, b in pairs if {a, b} <= valued]
        rows = [self._judged(row) for row in found] if judged else found
        held = adjusted([row.p for row in rows])
        return tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))

    def _first(self, kind: str) -> str:
        return next(source.name for source in self.sources if source.kind == kind)

    def _pair(self, grid: Grid, a: str, b: str, bounds: tuple[float, float] | None) -> GroupDifference:
        """Two groups, paired where each case has one image in both."""
        pair = matched(grid, self.group_of_case, a, b, self.shown_case)
        if pair is not None and not np.isfinite(pair[0] - pair[1]).any():
            pair = None
        one, other = pair or tuple(grid.values[:, self.group_of_case == name] for name in (a, b))
        found = _difference(one, other, self.study.level, bounds, paired=pair is not None)
        return found.with_(a=a, b=b)

    @cached_property
    def shown_case(self) -> dict[str, str]:
        """The patient or phantom that each image shows, where images.csv says so."""
        return case_of_images(self.images) if self.item.of == "image" else {}

    def _judged(self, found: GroupDifference) -> GroupDifference:
        equivalence = crossed_equivalence(found, 0.0, self.item.margin or 1.0)
        if self.item.margin is None:
            equivalence = undecided(equivalence, NO_MARGIN)
        return found.with_(equivalence=equivalence)


def _difference(
    one: Floats,
    other: Floats,
    level: float,
    bounds: tuple[float, float] | None,
    *,
    paired: bool = False,
) -> GroupDifference:
    if paired:
        found = crossed_mean(one - other, null=0.0, level=level, bounds=bounds)
    else:
        found = crossed_difference(one, other, level=level, bounds=bounds)
    return GroupDifference.extending(found, a="", b="", difference=found.estimate, paired=paired)


def asked(bundle: Bundle, section: Section, item: Item) -> Asked | None:
    """Gather the answers to one item, None where the bundle has no row of it."""
    if bundle.answers is None:
        return None
    table = bundle.answers
    of = ((table["section"] == section.name) & (table["item"] == item.name)).to_numpy()
    if not of.any():
        return None
    every = tidy(table[of])
    main = every[~is_extra(every)]
    answered = main["missing"].isna().to_numpy()
    return Asked(
        study=bundle.study,
        section=section,
        item=item,
        rows=_with_places(tidy(main[answered]), item),
        every=every,
        missing=_missing(main, item),
        images=bundle.images,
    )


def _missing(main: pd.DataFrame, item: Item) -> Missing:
    """Questions, not rows, without an answer."""
    gone = main[main["missing"].notna().to_numpy()]
    asked_of = ["reader", "trial"] if item.compares else ["reader", "trial", "image"]
    counts = gone.drop_duplicates(asked_of)["missing"].value_counts()
    return Missing(**{why: int(counts.get(why, 0)) for why in ("skip", "time", "left")})


def _with_places(rows: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Add what is answered, and the group that it is of."""
    return rows.assign(case=_case(rows, item), group=_group(rows))


def _case(rows: pd.DataFrame, item: Item) -> pd.Series:
    if item.of == "section":
        return _constant(rows, item.name)
    if item.of == "trial" or item.compares:
        return rows["trial"]
    if item.kind == "choices" or not rows.duplicated(["reader", "image"]).any():
        return rows["image"]
    # an image on several screens is judged anew on each
    both = as_text(rows, "trial") + " " + as_text(rows, "image")
    return pd.Series(pd.Categorical(both), index=rows.index)


def _group(rows: pd.DataFrame) -> pd.Series:
    for column in ("source", "screen"):
        if column in rows and len(rows) and rows[column].notna().all():
            return rows[column]
    return _constant(rows, ALL)


def _constant(rows: pd.DataFrame, word: str) -> pd.Series:
    return pd.Series(pd.Categorical([word] * len(rows), categories=[word]), index=rows.index)
