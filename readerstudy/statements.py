"""Cache the SQL of frequent statements: Django compiles each once per process.

Compiling a query takes Django ten times as long as executing it. `Statement` caches the SQL of a
query, `insert` and `update` that of a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import CharField, Expression, ForeignKey, IntegerField, Model, QuerySet, TextField

Row = TypeVar("Row", bound=Model)

#: Fields whose values go to the database as they are.
_PLAIN = (CharField, ForeignKey, IntegerField, TextField)

_waiting: ContextVar[list[tuple[str, Sequence[Any]]] | None] = ContextVar("waiting", default=None)


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
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(*self._with(given, connection.vendor))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def row(self, **given: int | str) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.rows(**given)), None)

    def instance(self, model: type[Row], **given: int | str) -> Row | None:
        """Return the first row as an instance, or None. The query is one of whole rows."""
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        if vendor == "sqlite":  # has times and truths as texts and numbers
            return next(iter(model._default_manager.raw(*self._with(given, vendor))), None)
        row = self.row(**given)
        return None if row is None else _instance(model, row)

    def _with(self, given: Mapping[str, int | str], vendor: str) -> tuple[str, list[Any]]:
        if vendor not in self._written:
            self._written[vendor] = self._write().query.sql_with_params()
        sql, parameters = self._written[vendor]
        return sql, [given[one.name] if isinstance(one, Given) else one for one in parameters]


@contextmanager
def at_once() -> Iterator[None]:
    """Execute what `execute` is given in the block when it ends: PostgreSQL has it as one statement.

    None of them may depend on what another changes.
    """
    waiting: list[tuple[str, Sequence[Any]]] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and len(waiting) > 1:
        *others, last = (sql for sql, _ in waiting)
        within = ", ".join(f"statement_{number} AS ({sql})" for number, sql in enumerate(others))
        waiting = [(f"WITH {within} {last}", [value for _, values in waiting for value in values])]
    for sql, values in waiting:
        execute(sql, values)


def written_time(at: datetime | str) -> str:
    """Return a time from a row in ISO format with its time zone.

    SQLite stores it in UTC without a zone; as a text, where the table was recreated.
    """
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.isoformat()
    return f"{str(at).replace(' ', 'T')}+00:00"


def execute(sql: str, values: Sequence[Any]) -> None:
    """Execute a statement that returns nothing, or keep it for the end of `at_once`."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((sql, values))
        return
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, values)


def insert(row: Model) -> None:
    """Insert a new row and take the key that the database gave it."""
    sql = f"{_insert(type(row), 1)} RETURNING {_named(row._meta.pk)}"
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, _values([row], _columns(type(row))))
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
    execute(sql, _values(new, columns))


def update(row: Model, *names: str) -> None:
    """Update the named fields of an existing row."""
    columns = [row._meta.get_field(name) for name in names]
    execute(_update(type(row), names), [*_values([row], columns), row.pk])


def _instance(model: type[Row], row: Sequence[Any]) -> Row:
    """Return an instance made from a whole row of PostgreSQL, as a queryset would."""
    names, read = _readers(model)
    values, connection = list(row), connections[DEFAULT_DB_ALIAS]
    for place, from_db_value in read:
        values[place] = from_db_value(values[place], None, connection)
    return model.from_db(DEFAULT_DB_ALIAS, names, values)


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


def _values(rows: Iterable[Model], columns: Sequence[Any]) -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    return [
        value if isinstance(field, _PLAIN) else field.get_db_prep_save(value, connection)
        for row in rows
        for field in columns
        for value in [getattr(row, field.attname)]
    ]
