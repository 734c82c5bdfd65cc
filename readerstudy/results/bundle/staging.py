"""The names of what was shown, as temporary tables: the database then writes the rows of a bundle itself.

They hold what this bundle may say, and belong to one connection.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from readerstudy.results.bundle.names import Naming, Shown
from readerstudy.results.spreadsheet import defused
from readerstudy.studies.models import Enrolment, Section, Study, TrialImage
from readerstudy.truth.disclose import disclosed_trials

TABLES = {
    "bundle_reader": {"id": "bigint", "rank": "bigint", "name": "text"},
    "bundle_trial": {
        "id": "bigint", "rank": "bigint", "section": "text", "section_rank": "bigint", "task": "text",
        "name": "text", "catch": "bigint", "disclosed": "bigint",
    },
    "bundle_image": {
        "id": "bigint", "rank": "bigint", "name": "text", "source": "text", "alternative": "text",
        "is_real": "bigint",
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Staged:
    """Whose answers count in which sections, by their keys, and what the bundle says of each trial image."""

    readers: tuple[int, ...]
    sections: tuple[int, ...]
    shown: dict[int, Shown]


@contextmanager
def staged(study: Study, names: Naming) -> Iterator[Staged]:
    """Fill the temporary tables for as long as the block lasts."""
    shown: dict[int, Shown] = {}
    readers = _readers(study, names)
    sections = list(Section.objects.filter(study=study, practice=False).order_by("position"))
    # A pooler of connections gives the same session for as long as a transaction lasts. SQLite has one writer
    # at a time, which an export must not be.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        _create()
        _fill("bundle_reader", readers)
        _fill("bundle_trial", _trials(study, sections, names, shown))
        _fill("bundle_image", _images(shown))
        yield Staged(
            readers=tuple(pk for pk, *_ in readers),
            sections=tuple(section.pk for section in sections),
            shown=shown,
        )
        _drop()


def _readers(study: Study, names: Naming) -> list[tuple[int, int, str]]:
    """Those whose answers count, in an order that tells nothing where the bundle is masked.

    Virtual readers answer from the truth, so beside people's answers theirs would be the key to a mask.
    """
    counted = Enrolment.objects.filter(study=study).readers().exclude(withdrawal__keep_answers=False)
    people = counted.filter(virtual=False)
    if names.masked and people.exists():
        counted = people
    ordered = counted.order_by("pseudonym" if names.masked else "place").values_list("pk", "pseudonym")
    return [(pk, rank, defused(name)) for rank, (pk, name) in enumerate(ordered)]


def _trials(
    study: Study, sections: list[Section], names: Naming, shown: dict[int, Shown]
) -> list[tuple[Any, ...]]:
    """The trials of the bundle by section and name; on the way, `shown` learns of their images."""
    disclosed, found = disclosed_trials(study), []
    for place, section in enumerate(sections):
        of_section = names.shown_in(section)
        shown.update(of_section)
        images = TrialImage.objects.filter(trial__section=section)
        columns = images.values_list("pk", "trial_id", "trial__number")
        told = [(image, *trial) for image, *trial in columns.iterator(2_000) if image in of_section]
        catch = {trial for image, trial, _ in told if of_section[image].catch}
        for trial, number in {(trial, number): None for _, trial, number in told}:
            name = names.trial(section, number)
            facts = (defused(name), int(trial in catch), int(trial in disclosed))
            found.append((place, name, trial, defused(section.name), place, section.task, *facts))
    return [(trial, rank, *rest) for rank, (_, _, trial, *rest) in enumerate(sorted(found))]


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
