"""Write answers.csv and marks.csv: a row for each question that was asked, reader after reader."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from readerstudy.reading.models import Rating, Response, Slot
from readerstudy.reading.models.presentation import LETTERS, REFERENCE_AT
from readerstudy.results.bundle.coarse import coarse
from readerstudy.results.bundle.item_rows import ItemRows, Judge, Placed, points_of
from readerstudy.results.bundle.mask import Mask
from readerstudy.results.bundle.names import Names
from readerstudy.results.bundle.said import Stored, asked_in, entries_of
from readerstudy.results.bundle.staging import Staged, StagedReader, StagedTrial
from readerstudy.results.spreadsheet import defused
from readerstudy.studies.models import Section, Study
from readerstudy.studies.protocol import SectionDocument

ROWS_AT_ONCE = 2_000
COLUMNS = {
    "answers.csv": (
        "section", "reader", "trial", "screen", "image", "source", "item", "option", "value", "other",
        "confidence", "correct", "truth", "missing", "slot", "order", "response_ms", "exposure_ms",
        "shown_ms", "repeat_of", "catch", "disclosed",
    ),
    "marks.csv": (
        "section", "reader", "trial", "image", "source", "item", "number", "frame", "x", "y", "confidence",
    ),
}  # fmt: skip
MASKED = {
    "answers.csv": (
        "section", "reader", "trial", "image", "item", "option", "value", "other", "confidence", "missing",
        "response_ms", "exposure_ms", "shown_ms", "repeat_of",
    ),
    "marks.csv": ("section", "reader", "trial", "image", "item", "number", "frame", "x", "y", "confidence"),
}  # fmt: skip


def columns_of(table: str, *, masked: bool, arms: bool) -> tuple[str, ...]:
    """The columns of a table of items; `arms` adds the letters of the sources to masked answers."""
    if not masked:
        return COLUMNS[table]
    return (*MASKED[table], "source") if arms and table == "answers.csv" else MASKED[table]


def write_items(study: Study, folder: Path, names: Names | Mask, stage: Staged) -> None:
    tables = _Tables(study, names, stage)
    arms = isinstance(names, Mask) and bool(names.arms)
    paths = {table: folder / table for table in COLUMNS}
    wrote: dict[str, bool] = dict.fromkeys(COLUMNS, False)
    with ExitStack() as files:
        writers = {}
        for table, path in paths.items():
            columns = columns_of(table, masked=names.masked, arms=arms)
            stream = files.enter_context(path.open("w", encoding="utf-8", newline=""))
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writers[table] = writer, itemgetter(*map(COLUMNS[table].index, columns))
        for reader in stage.people:
            for table, row in tables.rows_of(reader):
                writer, wanted = writers[table]
                writer.writerow(wanted(row))
                wrote[table] = True
    for table, path in paths.items():
        if not wrote[table]:
            path.unlink()


class _Asked(NamedTuple):
    """A section as its rows need it."""

    rank: int
    name: str
    document: SectionDocument
    rows: ItemRows


class _Answer(NamedTuple):
    """One answer with what was on its screen."""

    section: _Asked
    trial: StagedTrial
    order: int
    repeats: bool
    screen: tuple[Placed, ...]
    stored: Stored
    response_ms: int | None
    timing: Mapping[str, Any]


@dataclass
class _Tables:
    """Everything about a study that its rows have in common; one reader's answers at a time."""

    study: Study
    names: Names | Mask
    stage: Staged
    _sections: dict[int, _Asked] = field(init=False)
    _cells: dict[int, tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._cells = {
            pk: (defused(shown.image), defused(shown.source)) for pk, shown in self.stage.shown.items()
        }
        protocol = self.study.protocol.document
        sections = Section.objects.filter(pk__in=self.stage.sections).order_by("position")
        self._sections = {
            section.pk: _Asked(
                rank=rank,
                name=defused(section.name),
                document=protocol.section(section.name),
                rows=ItemRows(None if self.names.masked else Judge(protocol)),
            )
            for rank, section in enumerate(sections)
        }

    def rows_of(self, reader: StagedReader) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The rows of one reader with all columns, each with the table it goes into."""
        for answer in sorted(self._answers(reader), key=self._place):
            yield from self._rows(reader.name, answer)

    def _place(self, answer: _Answer) -> tuple[int, ...]:
        """Masked rows stand in the order of their names, for that of reading comes from the plan."""
        if self.names.masked:
            return answer.section.rank, answer.trial.rank, int(answer.repeats)
        return answer.section.rank, answer.order

    def _answers(self, reader: StagedReader) -> Iterator[_Answer]:
        screens, ratings = self._screens(reader), _ratings(reader.pk)
        columns = (
            "pk", "presentation_id", "presentation__section_id", "presentation__trial_id",
            "presentation__order", "presentation__repeats_id", "pick__position", "call", "confidence",
            "verdict", "observed", "items", "response_ms", "timing",
        )  # fmt: skip
        final = Response.objects.final().filter(
            enrolment=reader.pk, presentation__section__in=self.stage.sections
        )
        for pk, shown, section, trial, order, repeats, pick, *said, response_ms, timing in (
            final.order_by("pk").values_list(*columns).iterator(ROWS_AT_ONCE)
        ):
            if trial not in self.stage.trials:
                continue
            call, confidence, verdict, observed, items = said
            yield _Answer(
                section=self._sections[section],
                trial=self.stage.trials[trial],
                order=order,
                repeats=repeats is not None,
                screen=screens.get(shown, ()),
                stored=Stored(
                    pick=None if pick is None else LETTERS[pick],
                    call=call,
                    confidence=confidence,
                    verdict=verdict,
                    observed=observed,
                    ratings=ratings.get(pk, {}),
                    items=items,
                ),
                response_ms=response_ms,
                timing=timing or {},
            )

    def _screens(self, reader: StagedReader) -> dict[int, tuple[Placed, ...]]:
        """What something was asked of on each screen of a reader, from left to right; masked, by name."""
        found: dict[int, list[Placed]] = defaultdict(list)
        slots = Slot.objects.filter(
            presentation__place=reader.place or 0,
            presentation__section__in=self.stage.sections,
            position__lt=REFERENCE_AT,
        )
        rows = slots.order_by("presentation_id", "position")
        for shown, position, image in rows.values_list("presentation_id", "position", "trial_image_id"):
            known = self.stage.shown.get(image)
            if known is not None:
                placed = Placed(LETTERS[position], position + 1, image, known, *self._cells[image])
                found[shown].append(placed)
        if self.names.masked:
            for screen in found.values():
                screen.sort(key=_by_name)
        return {shown: tuple(screen) for shown, screen in found.items()}

    def _rows(self, reader: str, answer: _Answer) -> Iterator[tuple[str, tuple[Any, ...]]]:
        section, trial, screen = answer.section, answer.trial, answer.screen
        letters = tuple(placed.letter for placed in screen)
        at = (section.name, reader, f"{trial.name}-again" if answer.repeats else trial.name)
        kind = defused(screen[0].shown.screen) if screen else ""
        repeat_of = trial.name if answer.repeats else ""
        times = _times(answer, masked=self.names.masked)
        after = (answer.order, *times, repeat_of, trial.catch, trial.disclosed)
        entries = entries_of(answer.stored, letters)
        for item, slot, entry in asked_in(section.document, letters, entries):
            for cells in section.rows.rows(item, slot, entry, screen):
                yield "answers.csv", (*at, kind, *cells, *after)
                # What has points has one row.
                for point in points_of(entry):
                    yield "marks.csv", (*at, cells.image, cells.source, cells.item, *point)


def _times(answer: _Answer, *, masked: bool) -> tuple[float | None, float | None, float | None]:
    """Under a staircase every time follows from how often a reader was right, so a mask has none."""
    if answer.trial.untimed:
        return None, None, None
    response_ms = coarse(answer.response_ms) if masked else answer.response_ms
    return response_ms, answer.timing.get("exposure_ms"), answer.timing.get("shown_ms")


def _by_name(placed: Placed) -> str:
    return placed.shown.image


def _ratings(reader: int) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Rating.objects.filter(response__enrolment=reader).order_by()
    for response, position, points in rows.values_list("response_id", "slot__position", "points"):
        found[response][LETTERS[position]] = points
    return found
