"""A database with every migration, made once: each process of the tests copies it, for migrating takes long.

For SQLite it is kept in pytest's cache until a migration, a guard or a dependency changes; the private
PostgreSQL server keeps it as a template as long as it runs.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).parents[1]
#: What the tables and triggers of a fresh database depend on.
MAKE_THE_TABLES = ("readerstudy/*/migrations/*.py", "readerstudy/*/guards.py", "requirements/development.txt")
TEMPLATE = "migrated"
UNFINISHED = "migrating"


def copy_to_sqlite(target: Path, folder: Path) -> None:
    """Put a copy of the migrated database at `target`; `folder` keeps the original for the next run."""
    original = folder / f"{_digest()}.sqlite3"
    with _one_process_at_a_time(folder):
        if not original.exists():
            for outdated in folder.glob("*.sqlite3"):
                outdated.unlink()
            migrating = Path(os.environ["READERSTUDY_HOME"]) / f"{UNFINISHED}.sqlite3"
            migrating.parent.mkdir(parents=True, exist_ok=True)
            _migrate(f"sqlite:///{migrating}")
            unfinished = original.with_suffix(".unfinished")
            shutil.move(migrating, unfinished)
            unfinished.rename(original)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(original, target)


def copy_in_postgresql(name: str, server: str, folder: Path) -> None:
    """Make the database `name` from the template of the `server`, which the first process migrates."""
    with _one_process_at_a_time(folder), psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT datname FROM pg_database").fetchall()
        if (TEMPLATE,) not in known:
            connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(UNFINISHED)))
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(UNFINISHED)))
            _migrate(f"{server.rpartition('/')[0]}/{UNFINISHED}")
            renamed = (Identifier(UNFINISHED), Identifier(TEMPLATE))
            connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(*renamed))
        copied = (Identifier(name), Identifier(TEMPLATE))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(*copied))


def _digest() -> str:
    files = sorted(file for pattern in MAKE_THE_TABLES for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The database of the tests could not be migrated:\n{done.stderr}")


@contextmanager
def _one_process_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
