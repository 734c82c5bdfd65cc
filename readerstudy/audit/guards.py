"""Database triggers that hold what Python only promises: rows that may never change.

A Guard is installed by the migration operation `InstallGuards`, on SQLite and PostgreSQL alike. A later
migration that rebuilds a guarded table on SQLite drops its triggers with it and has to install them again;
`faults` finds one that was forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

LONGEST_NAME = 63  # PostgreSQL cuts longer ones off silently


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Refuses `actions` on the rows of a table, always or `when` an SQL condition holds.

    The condition speaks of the row as `{row}`, which becomes OLD or NEW; an update is refused when it holds
    for either, so that no row can be moved in or out of what is guarded. Where rows may not be deleted the
    table may not be truncated either (PostgreSQL; SQLite has no such statement).
    """

    table: str
    name: str
    message: str
    actions: tuple[str, ...] = ("UPDATE", "DELETE")
    when: str = ""

    def __post_init__(self) -> None:
        longest = max(len(self.function(action)) for action in (*self.actions, "TRUNCATE"))
        if longest > LONGEST_NAME:
            raise ValueError(
                f"The guard {self.name} makes names of {longest} characters; {LONGEST_NAME} fit."
            )

    def trigger(self, action: str) -> str:
        return f"{self.name}_{action.lower()}"

    def function(self, action: str) -> str:
        return f"{self.trigger(action)}_guard"

    def actions_on(self, vendor: str) -> tuple[str, ...]:
        if vendor == "postgresql" and "DELETE" in self.actions:
            return (*self.actions, "TRUNCATE")
        return self.actions

    def triggers(self, vendor: str) -> list[str]:
        return [self.trigger(action) for action in self.actions_on(vendor)]

    def condition(self, action: str) -> str:
        if not self.when or action == "TRUNCATE":
            return "TRUE"
        rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[action]
        conditions = dict.fromkeys(self.when.format(row=row) for row in rows)
        return " OR ".join(f"({condition})" for condition in conditions)

    def statements(self, vendor: str) -> Iterable[str]:
        """Put the triggers in, in place of earlier ones of their names."""
        yield from self.removals(vendor)
        for action in self.actions_on(vendor):
            yield from _TRIGGERS[vendor](self, action)

    def removals(self, vendor: str) -> Iterable[str]:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        for action in self.actions_on(vendor):
            yield f"DROP TRIGGER IF EXISTS {self.trigger(action)}{on}"
            if vendor == "postgresql":
                yield f"DROP FUNCTION IF EXISTS {self.function(action)}()"


def _text(message: str) -> str:
    return "'" + message.replace("'", "''") + "'"


def _sqlite(guard: Guard, action: str) -> Iterable[str]:
    yield (
        f"CREATE TRIGGER {guard.trigger(action)} BEFORE {action} ON {guard.table} "
        f"WHEN {guard.condition(action)} BEGIN SELECT RAISE(ABORT, {_text(guard.message)}); END"
    )


def _postgresql(guard: Guard, action: str) -> Iterable[str]:
    each = "STATEMENT" if action == "TRUNCATE" else "ROW"
    yield (
        f"CREATE FUNCTION {guard.function(action)}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $guard${_body(guard, action)}$guard$"
    )
    yield (
        f"CREATE TRIGGER {guard.trigger(action)} BEFORE {action} ON {guard.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.function(action)}()"
    )


def _body(guard: Guard, action: str) -> str:
    result = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(action, "NEW")
    return (
        f" BEGIN IF {guard.condition(action)} THEN RAISE EXCEPTION USING MESSAGE = {_text(guard.message)}, "
        f"ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {result}; END "
    )


_TRIGGERS = {"sqlite": _sqlite, "postgresql": _postgresql}


def install(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> None:
    with connection.cursor() as cursor:
        for guard in guards:
            for statement in guard.statements(connection.vendor):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> None:
    with connection.cursor() as cursor:
        for guard in guards:
            for statement in guard.removals(connection.vendor):
                cursor.execute(statement)


def installed(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Every guard as the last migration that names it installs it, read from the migrations themselves."""
    loader = MigrationLoader(connection)
    found: dict[str, Guard] = {}
    for _, migration in sorted(loader.disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, InstallGuards):
                found.update({guard.name: guard for guard in operation.guards})
    return list(found.values())


def faults(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> dict[str, str]:
    """What is wrong with the triggers that the database should have, by their names.

    A trigger that is there but refuses nothing is as bad as one that is gone, so its text is compared too.
    """
    present = _PRESENT[connection.vendor](connection)
    found: dict[str, str] = {}
    for guard in guards:
        for action in guard.actions_on(connection.vendor):
            name = guard.trigger(action)
            if name not in present:
                found[name] = "is gone"
            elif present[name] != _WANTED[connection.vendor](guard, action):
                found[name] = "was replaced or switched off"
    return found


def strangers(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> list[str]:
    """Triggers, and rules of PostgreSQL, that no guard put there: they may rewrite what is stored."""
    ours = {name for guard in guards for name in guard.triggers(connection.vendor)}
    return sorted(set(_PRESENT[connection.vendor](connection)) - ours)


def _present_in_sqlite(connection: BaseDatabaseWrapper) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _present_in_postgresql(connection: BaseDatabaseWrapper) -> dict[str, object]:
    """Table, when it fires (a bit mask), whether it is on, whether it is conditional, and the function.

    A function with settings of its own, such as a search path, may ask other tables than its text says.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled, "
            "t.tgqual IS NULL AND t.tgattr = ''::int2vector, p.proname, p.prosrc, "
            "p.proconfig IS NULL AND l.lanname = 'plpgsql' "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "JOIN pg_language l ON l.oid = p.prolang "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        triggers: dict[str, object] = {name: tuple(what) for name, *what in cursor.fetchall()}
        cursor.execute("SELECT rulename FROM pg_rules WHERE schemaname = current_schema()")
        return triggers | dict.fromkeys((name for (name,) in cursor.fetchall()), "rule")


# pg_trigger.tgtype: 1 for each row, 2 before, and one bit an action.
_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _wanted_in_postgresql(guard: Guard, action: str) -> object:
    each = 0 if action == "TRUNCATE" else 1
    function = guard.function(action)
    return (guard.table, each + 2 + _BITS[action], "O", True, function, _body(guard, action), True)


_PRESENT = {"sqlite": _present_in_sqlite, "postgresql": _present_in_postgresql}
_WANTED: dict[str, Callable[[Guard, str], object]] = {
    "sqlite": lambda guard, action: next(iter(_sqlite(guard, action))),
    "postgresql": _wanted_in_postgresql,
}


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
            for statement in guard.statements(schema_editor.connection.vendor):
                schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for guard in self.guards:
            for statement in guard.removals(schema_editor.connection.vendor):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Install {len(self.guards)} guards"


class Unguarded(Operation):
    """Change guarded tables, as a step of a migration: all triggers are back when it ends.

    SQLite rebuilds a table to change it. That drops the table's triggers, and fails where a trigger of
    another table asks this one. On PostgreSQL only the given guards are off, for operations that write rows.
    """

    reversible = True

    def __init__(self, guards: list[Guard], operations: list[Operation]) -> None:
        self.guards = guards
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.guards, self.operations], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        put_back = self._set_aside(schema_editor)
        for operation in self.operations:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after
        put_back()

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        states = [to_state]
        for operation in self.operations:
            states.append(states[-1].clone())
            operation.state_forwards(app_label, states[-1])
        put_back = self._set_aside(schema_editor)
        for operation, before, after in zip(
            reversed(self.operations), states[-2::-1], states[:0:-1], strict=True
        ):
            operation.database_backwards(app_label, schema_editor, after, before)
        put_back()

    def _set_aside(self, schema_editor: Any) -> Callable[[], None]:
        connection = schema_editor.connection
        if connection.vendor == "postgresql":
            remove(connection, self.guards)
            return lambda: install(connection, self.guards)
        texts = _present_in_sqlite(connection)
        for name in texts:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)

        def put_back() -> None:
            for text in texts.values():
                schema_editor.execute(text, params=None)

        return put_back

    def describe(self) -> str:
        return f"Set guards aside for {len(self.operations)} operations"
