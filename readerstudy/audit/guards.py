"""Database triggers that hold what Python only promises: rows that may never change.

A Guard is installed by the migration operation `InstallGuards`, on SQLite and PostgreSQL alike. A later
migration that rebuilds a guarded table on SQLite drops its triggers with it and has to install them again;
`missing_guards` finds one that was forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Refuses `actions` on the rows of a table, always or `when` an SQL condition holds.

    The condition speaks of the row as `{row}`, which becomes OLD or NEW.
    """

    table: str
    name: str
    message: str
    actions: tuple[str, ...] = ("UPDATE", "DELETE")
    when: str = ""

    def trigger(self, action: str) -> str:
        return f"{self.name}_{action.lower()}"

    def statements(self, vendor: str) -> Iterable[str]:
        for action in self.actions:
            row = "NEW" if action == "INSERT" else "OLD"
            condition = self.when.format(row=row) or "TRUE"
            yield from _TRIGGERS[vendor](self, action, condition)

    def removals(self, vendor: str) -> Iterable[str]:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        for action in self.actions:
            yield f"DROP TRIGGER IF EXISTS {self.trigger(action)}{on}"


def _sqlite(guard: Guard, action: str, condition: str) -> Iterable[str]:
    yield (
        f"CREATE TRIGGER {guard.trigger(action)} BEFORE {action} ON {guard.table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    )


def _postgresql(guard: Guard, action: str, condition: str) -> Iterable[str]:
    function = f"{guard.trigger(action)}_guard"
    result = "OLD" if action == "DELETE" else "NEW"
    yield (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{guard.message}' "
        "USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; RETURN {result}; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.trigger(action)} BEFORE {action} ON {guard.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


_TRIGGERS = {"sqlite": _sqlite, "postgresql": _postgresql}


def install(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> None:
    with connection.cursor() as cursor:
        for guard in guards:
            for statement in (*guard.removals(connection.vendor), *guard.statements(connection.vendor)):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> None:
    with connection.cursor() as cursor:
        for guard in guards:
            for statement in guard.removals(connection.vendor):
                cursor.execute(statement)


def installed(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Every guard that a migration has installed, read from the migrations themselves."""
    loader = MigrationLoader(connection)
    found: dict[str, Guard] = {}
    for migration in loader.disk_migrations.values():
        for operation in migration.operations:
            if isinstance(operation, InstallGuards):
                found.update({guard.name: guard for guard in operation.guards})
    return list(found.values())


def missing_guards(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> list[str]:
    """The names of the triggers that the database should have and has not."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    wanted = [guard.trigger(action) for guard in guards for action in guard.actions]
    return [name for name in wanted if name not in present]


class InstallGuards(Operation):
    """Put guards on tables, as a step of a migration."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, guards: list[Guard]) -> None:
        self.guards = guards

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.guards], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for guard in self.guards:
            for statement in (
                *guard.removals(schema_editor.connection.vendor),
                *guard.statements(schema_editor.connection.vendor),
            ):
                schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for guard in self.guards:
            for statement in guard.removals(schema_editor.connection.vendor):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Install {len(self.guards)} guards"
