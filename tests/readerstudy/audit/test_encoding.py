"""A PostgreSQL database that cannot keep every text is refused by `migrate`, before anything is in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.readerstudy.server import database_url

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def narrow(db: None) -> Iterator[str]:
    """The address of an empty database that Debian would make where no locale is set."""
    if connection.vendor != "postgresql":
        yield "sqlite:///:memory:"
        return
    url = database_url()
    name = "narrow" + str(connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as server:
        make = SQL("CREATE DATABASE {} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        server.execute(make.format(Identifier(name)))
        yield url.rpartition("/")[0] + f"/{name}"
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_a_database_that_is_not_utf8_is_refused_with_the_command_that_makes_one(narrow: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": narrow},
        capture_output=True,
        text=True,
        check=False,
    )
    refused = "it has to be UTF8" in done.stderr and "createdb --encoding=UTF8" in done.stderr
    assert refused == (connection.vendor == "postgresql"), done.stderr
    assert (done.returncode == 0) == (not refused)
