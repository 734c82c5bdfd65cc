"""Cache the SQL of frequent statements: Django compiles each once per process.

Compiling a query takes Django ten times as long as executing it. `Statement` caches the SQL of a
query, `insert` and `update` that of a model.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """A placeholder for a number or a text that each execution gives by name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Statement:
    """A query, compiled on first use. `rows` are unconverted database values: true may be 1."""

    def __init__(self, write: Callable[[], QuerySet[Any, Any]]) -> None:
        self._write = write
        self._written: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, **given: int | str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(*self._with(given))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def row(self, **given: int | str) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.rows(**given)), None)

    def instance(self, model: type[Row], **given: int | str) -> Row | None:
        """Return the first row as an instance, or None. The query is one of whole rows."""
        if connection.vendor == "sqlite":  # has times and truths as texts and numbers
            return next(iter(model._default_manager.raw(*self._with(given))), None)
        row = self.row(**given)
        return None if row is None else _instance(model, row)

    def _with(self, given: Mapping[str, int | str]) -> tuple[str, list[Any]]:
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write().query.sql_with_params()
        sql, parameters = self._written[connection.vendor]
        return sql, [given[one.name] if isinstance(one, Given) else one for one in parameters]


def written_time(at: datetime | str) -> str:
    """Return a time from a row in ISO format with its time zone.

    SQLite stores it in UTC without a zone; as a text, where the table was recreated.
    """
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.isoformat()
    return f"{str(at).replace(' ', 'T')}+00:00"


def execute(sql: str, values: Sequence[Any]) -> None:
    """Execute a statement that returns nothing."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def insert(row: Model) -> None:
    """Insert a new row and take the key that the database gave it."""
    sql = f"{_insert(type(row), 1)} RETURNING {_named(row._meta.pk)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(row, _columns(type(row))))
        row.pk = cursor.fetchone()[0]


def insert_all(rows: Iterable[Model], *, on_conflict: str = "") -> None:
    """Insert new rows of one model by one statement, without their keys.

    `on_conflict` is the rest of an ON CONFLICT clause: the columns, and what to do.
    """
    new = list(rows)
    if not new:
        return
    columns = _columns(type(new[0]))
    sql = _insert(type(new[0]), len(new)) + (f" ON CONFLICT {on_conflict}" if on_conflict else "")
    execute(sql, [one for row in new for one in _values(row, columns)])


def update(row: Model, *names: str) -> None:
    """Update the named fields of an existing row."""
    columns = [row._meta.get_field(name) for name in names]
    execute(_update(type(row), names), [*_values(row, columns), row.pk])


def _instance(model: type[Row], row: Sequence[Any]) -> Row:
    """Return an instance made from a whole row of PostgreSQL, as a queryset would."""
    names, read = _readers(model)
    values = list(row)
    for place, from_db_value in read:
        values[place] = from_db_value(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


@lru_cache(maxsize=256)
def _readers(model: type[Model]) -> tuple[list[str], list[tuple[int, Callable[..., Any]]]]:
    """Return the field names of a model, and the converters of its fields by position."""
    fields = model._meta.concrete_fields
    read = [(at, field.from_db_value) for at, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], read


@lru_cache(maxsize=256)
def _insert(model: type[Model], count: int) -> str:
    columns = _columns(model)
    one = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(map(_named, columns))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([one] * count)}'  # noqa: S608


@lru_cache(maxsize=256)
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_named(model._meta.get_field(name))} = %s" for name in names)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE {_named(model._meta.pk)} = %s'  # noqa: S608


@lru_cache(maxsize=256)
def _columns(model: type[Model]) -> tuple[Any, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


def _named(field: Any) -> str:
    return f'"{field.column}"'


def _values(row: Model, columns: Iterable[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns]
