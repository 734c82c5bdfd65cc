"""The tables of a report: one description each, for the page, the PDF, the workbook and the tidy CSVs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.document import Document, SectionResult
from analysis.document.call import Discrimination
from analysis.document.conduct import Conduct, MatchedValue, ReaderAnswers, ReaderPace, StraightLining
from analysis.document.endpoints import Endpoint
from analysis.document.items import ItemResult
from analysis.document.rate import Realism
from analysis.reporting.agreement_tables import agreement_tables
from analysis.reporting.call_tables import call_tables
from analysis.reporting.check_label_tables import label_tables
from analysis.reporting.columns import COURSE, ENDPOINTS, RUN, Column, Kind, Row
from analysis.reporting.endpoint_prose import endpoint_tables, printed_as, tested
from analysis.reporting.items.beside import beside_tables
from analysis.reporting.items.item_tables import item_tables
from analysis.reporting.names import apart, file_stem
from analysis.reporting.pick_real_tables import pick_tables
from analysis.reporting.rate_tables import rating_tables

COURSE_NOTE = "Equal parts of each reader’s own order. Wilson intervals, which assume independent answers."


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of one part of one section; ``most`` limits the rows in print, never in files."""

    name: str
    section: str
    part: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    most: int = 60
    note: str = ""

    @property
    def printed(self) -> Sequence[Row]:
        return self.rows[: self.most]

    @property
    def filled_columns(self) -> Sequence[Column]:
        """The columns in which some row says something."""
        return [c for c in self.columns if any(c.value(row) is not None for row in self.rows)]

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - self.most)


def tables(document: Document) -> list[Table]:
    """Every table that the document has the numbers for; with one source there is nothing to compare."""
    found = document.sections.items()
    made = (table for name, part in found for table in _of_section(document, name, part) if table.rows)
    return list(apart(made))


def _of_section(document: Document, section: str, part: SectionResult) -> Iterator[Table]:
    make = _maker(section)
    if part.detection:
        yield from pick_tables(part.detection, make)
    if isinstance(part.discrimination, Discrimination):
        yield from call_tables(part.discrimination, make)
    if isinstance(part.realism, Realism):
        yield from rating_tables(part.realism, make)
    if part.label_checks:
        yield from label_tables(document, part.label_checks, make)
    if part.agreement:
        yield from agreement_tables(part.agreement, make)
    for item, found in (part.items or {}).items():
        if type(found) is not ItemResult:
            yield from item_tables(item, found, make)
    yield from beside_tables(document, section, part, make)
    yield from endpoint_tables(document, part, make)
    if part.conduct:
        title = f"How each reader went through section {section}"
        yield make("conduct", "conduct", title, RUN, _run(part.conduct))
        yield from _balance(document, part.conduct, make)
        if part.conduct.learning:
            title = f"Correct answers over the course of section {section}"
            yield make("course", "conduct", title, COURSE, part.conduct.learning.stages, note=COURSE_NOTE)


@dataclass(frozen=True, kw_only=True)
class _EndpointRow:
    """An endpoint with its test in words."""

    name: str
    role: str
    tested: str
    kind: Kind
    endpoint: Endpoint


def endpoint_table(document: Document) -> Table | None:
    """Every endpoint, primary ones first; None where there is none."""
    rows = [
        _EndpointRow(
            name=each.name, role=each.role, tested=tested(each), kind=printed_as(each), endpoint=each
        )
        for each in sorted(document.endpoints, key=lambda each: each.role)
    ]
    if not rows:
        return None
    return Table(
        name="endpoints", section="", part="endpoints", title="Endpoints", columns=ENDPOINTS, rows=rows
    )


def _balance(document: Document, conduct: Conduct, make: Callable[..., Table]) -> Iterator[Table]:
    """Answered images by matched label: a row a value, a column a source."""
    rows = conduct.balance
    if not rows:
        return

    def images(source: str) -> Callable[[MatchedValue], int]:
        return lambda row: row.images[source]

    label = document.study.label
    columns = (
        Column("label", "Label", said=lambda row: label(row.label).title),
        Column("value", "Value", said=lambda row: label(row.label).word(row.value)),
        *(Column(f"images {name}", name, "count", images(name)) for name in rows[0].images),
    )
    yield make("balance", "conduct", "Answered images by matched label and source", columns, rows)


def _maker(section: str) -> Callable[..., Table]:
    def make(
        name: str, of: str, title: str, columns: tuple[Column, ...], rows: Sequence[Row], **more: Any
    ) -> Table:
        stem = file_stem(section)
        return Table(
            name=f"{stem}-{name}", section=section, part=of, title=title, columns=columns, rows=rows, **more
        )

    return make


@dataclass(frozen=True, kw_only=True)
class _ReaderRun:
    """How one reader went through a section."""

    reader: str
    answers: ReaderAnswers | None
    pace: ReaderPace | None
    line: StraightLining | None


def _run(conduct: Conduct) -> list[_ReaderRun]:
    """Completeness, pace and straight-lining, a row a reader."""
    answers = {row.reader: row for row in conduct.completeness.by_reader}
    pace = {row.reader: row for row in conduct.response_times.by_reader} if conduct.response_times else {}
    line = {row.reader: row for row in conduct.straight_lining or ()}
    return [
        _ReaderRun(reader=reader, answers=answers.get(reader), pace=pace.get(reader), line=line.get(reader))
        for reader in dict.fromkeys((*answers, *pace, *line))
    ]
