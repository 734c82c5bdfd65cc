"""The names of what was shown, as temporary tables: the database then writes the rows of a bundle itself.

They hold what this bundle may say, and belong to one connection.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction

from readerstudy.reading.models import Tally
from readerstudy.results.bundle.names import Naming, Shown, sections_in_bundle
from readerstudy.results.spreadsheet import defused
from readerstudy.studies.models import Enrolment, Section, Study, Trial, TrialImage
from readerstudy.truth.disclose import disclosed_trials

TABLES = {
    "bundle_reader": {"id": "bigint", "rank": "bigint", "name": "text"},
    "bundle_trial": {
        "id": "bigint", "rank": "bigint", "section": "text", "section_rank": "bigint", "task": "text",
        "name": "text", "catch": "bigint", "disclosed": "bigint", "untimed": "bigint",
    },
    "bundle_image": {
        "id": "bigint", "rank": "bigint", "name": "text", "source": "text", "alternative": "text",
        "is_real": "bigint",
    },
}  # fmt: skip


class StagedReader(NamedTuple):
    """A reader as the bundle names them, and the place that they read."""

    pk: int
    rank: int
    name: str
    place: int | None


class StagedTrial(NamedTuple):
    """A trial as the bundle names it; `untimed` where times would tell who was right."""

    pk: int
    rank: int
    section: str
    section_rank: int
    task: str
    name: str
    catch: int
    disclosed: int
    untimed: int


@dataclass(frozen=True, kw_only=True)
class Staged:
    """Whose answers count in which sections, by their keys, and what the bundle says of each trial image."""

    people: tuple[StagedReader, ...]
    sections: tuple[int, ...]
    trials: dict[int, StagedTrial]
    shown: dict[int, Shown]

    @property
    def readers(self) -> tuple[int, ...]:
        return tuple(reader.pk for reader in self.people)


@contextmanager
def staged(study: Study, names: Naming) -> Iterator[Staged]:
    """Fill the temporary tables for as long as the block lasts."""
    shown: dict[int, Shown] = {}
    readers = _readers(study, names)
    sections = sections_in_bundle(study, masked=names.masked, only=names.only)
    # A pooler of connections gives the same session for as long as a transaction lasts. SQLite has one writer
    # at a time, which an export must not be.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        _create()
        _fill("bundle_reader", (reader[:3] for reader in readers))
        trials = _trials(study, sections, names, shown)
        _fill("bundle_trial", trials)
        _fill("bundle_image", _images(shown))
        yield Staged(
            people=tuple(readers),
            sections=tuple(section.pk for section in sections),
            trials={trial.pk: trial for trial in trials},
            shown=shown,
        )
        _drop()


def _readers(study: Study, names: Naming) -> list[StagedReader]:
    """Those whose answers count, in an order that tells nothing where the bundle is masked.

    Virtual readers answer from the truth, and a program may know it: beside people's answers theirs would be
    the key to a mask.
    """
    counted = Enrolment.objects.filter(study=study).readers().exclude(withdrawal__keep_answers=False)
    people = counted.filter(virtual=False, program=False)
    if names.masked and Tally.objects.filter(enrolment__in=people, answers__gt=0).exists():
        counted = people
    ordered = counted.order_by("pseudonym" if names.masked else "place")
    rows = enumerate(ordered.values_list("pk", "pseudonym", "place"))
    return [StagedReader(pk, rank, defused(name), place) for rank, (pk, name, place) in rows]


def _trials(
    study: Study, sections: list[Section], names: Naming, shown: dict[int, Shown]
) -> list[StagedTrial]:
    """The trials of the bundle by section and name; on the way, `shown` learns of their images."""
    disclosed = disclosed_trials(study, while_read=True)
    found: list[tuple[Any, ...]] = []
    protocol = study.protocol.document
    for place, section in enumerate(sections):
        of_section = names.shown_in(section)
        shown.update(of_section)
        images = TrialImage.objects.filter(trial__section=section).values_list("pk", "trial_id")
        caught = {image for image, one in of_section.items() if one.catch}
        catch = {trial for image, trial in images.iterator(2_000) if image in caught}
        # Under a staircase times follow from how often a reader was right.
        untimed = int(names.masked and protocol.section(section.name).staircase is not None)
        trials = Trial.objects.filter(section=section).values_list("pk", "number")
        for trial, number in trials.iterator(2_000):
            if names.leaves_out(section, number):
                continue
            name = names.trial(section, number)
            facts = (defused(name), int(trial in catch), int(trial in disclosed), untimed)
            found.append((place, name, trial, defused(section.name), place, section.task, *facts))
    return [StagedTrial(trial, rank, *rest) for rank, (_, _, trial, *rest) in enumerate(sorted(found))]


def _images(shown: dict[int, Shown]) -> Iterator[tuple[Any, ...]]:
    ordered = sorted(shown.items(), key=lambda known: known[1].image)
    for rank, (pk, one) in enumerate(ordered):
        texts = (defused(one.image), defused(one.source), defused(one.alternative))
        yield (pk, rank, *texts, int(bool(one.real)))


def _create() -> None:
    _drop()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL work_mem = '64MB'")  # what is sorted need not go over the disk
        for table, columns in TABLES.items():
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({typed}, PRIMARY KEY (id))")


def _drop() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _fill(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """All rows in one statement, and on PostgreSQL the planner's statistics of them."""
    postgres = connection.vendor == "postgresql"
    item = "value ->> {}" if postgres else "json_extract(value, '$[{}]')"
    columns = ", ".join(
        f"CAST({item.format(place)} AS {kind})" for place, kind in enumerate(TABLES[table].values())
    )
    each = "json_array_elements(CAST(%s AS json))" if postgres else "json_each(%s)"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} SELECT {columns} FROM {each}", [json.dumps(list(rows))])  # noqa: S608
        if postgres:
            cursor.execute(f"ANALYZE {table}")
