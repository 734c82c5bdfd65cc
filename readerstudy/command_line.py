"""The entry point of the commands: `./manage.py help` in a checkout, `readerstudy help` if installed."""

import os
import sys
from importlib import import_module
from pathlib import Path

from django.core.management import execute_from_command_line
from django.db import DatabaseError

#: Commands that migrate the database themselves: if they fail, "run migrate" is no remedy.
_MIGRATING = {"migrate", "demo"}
_DRAWING = {"generate_synthetic", "progression"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")
    try:
        _execute(sys.argv)
    except DatabaseError:
        remedy = _remedy(sys.argv[0], migrating=bool(_MIGRATING & set(sys.argv[1:2])))
        if remedy is None:
            raise
        sys.exit(f"CommandError: {remedy}")


def _execute(words: list[str]) -> None:
    if not _DRAWING & set(words[1:2]):
        execute_from_command_line(words)
        return
    # Images need no database and no app, and loading the apps takes longer than drawing an image.
    command = import_module(f"readerstudy.synthesis.management.commands.{words[1]}").Command()
    command.run_from_argv(words)


def _remedy(program: str, *, migrating: bool) -> str | None:
    """Return what to do about an unreachable or unmigrated database, or None for any other error."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        return f"The database cannot be reached: {reason} Check that it is running, and DATABASE_URL."
    if migrating or not missing:
        return None
    migrate = f"{f'python {program}' if program.endswith('.py') else Path(program).name} migrate"
    return f"The database is not set up for this version: {len(missing)} migrations missing. Run: {migrate}"
