"""Copy the database to a file and back, by its own means: while it is in use, and whole."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

from readerstudy.desk.backup.errors import BackupError, NotEmpty, NothingToBackUp, ToolMissing


def dump_database(out: Path) -> None:
    """Write a consistent snapshot to a new file."""
    if not connection.introspection.table_names():
        raise NothingToBackUp
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(out)) as copy:
            connection.connection.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={out}")


def load_database(dump: Path) -> None:
    if connection.introspection.table_names():
        raise NotEmpty
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(dump)) as copy:
            copy.backup(connection.connection)
        return
    _run(
        "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", _name(), str(dump)
    )


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise ToolMissing
    settings = connection.settings_dict
    # By environment, because other users of the machine can read a command line.
    given = {
        "PGDATABASE": _name(),
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGSSLMODE": settings.get("OPTIONS", {}).get("sslmode", ""),
    }
    environment = {**os.environ, **{key: str(value) for key, value in given.items() if value}}
    done = subprocess.run([path, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{program} failed: {' '.join(done.stderr.split())}")
