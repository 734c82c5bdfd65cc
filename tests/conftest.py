"""What all tests share: steady examples, a migrated database, and triggers that let rows be swept away."""

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import caches
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.test import TransactionTestCase
from hypothesis import settings

from readerstudy.accounts import letters
from readerstudy.audit import guards
from tests.migrated import copy_in_postgresql, copy_to_sqlite

# What is made up for a test is the same each time: a change is judged by what it changed.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The copy below is what Django finds; it goes away with the folder or the server that it lies in."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, pytestconfig: pytest.Config
) -> None:
    folder = pytestconfig.cache.mkdir("migrated")
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        copy_to_sqlite(Path(chosen["TEST"]["NAME"]), folder)
    else:
        chosen["TEST"]["NAME"] = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        copy_in_postgresql(chosen["TEST"]["NAME"], os.environ["DATABASE_URL"], folder)


@pytest.fixture(autouse=True, scope="session")
def _passwords_cost_little() -> None:
    """The same hasher as in production, at a price that hundreds of tests can pay."""
    Argon2PasswordHasher.time_cost = 1
    Argon2PasswordHasher.memory_cost = 64
    Argon2PasswordHasher.parallelism = 1


@pytest.fixture(autouse=True)
def _requests_are_counted_anew() -> None:
    """The people of different tests share their row numbers; their requests must not add up to too many."""
    caches["throttle"].clear()


@pytest.fixture(autouse=True)
def _images_lie_where_they_lay() -> Iterator[None]:
    """A change of settings that outlives its test would send later ones to its folder."""
    before = django_settings.STORAGES
    yield
    assert django_settings.STORAGES is before


def _patiently(sweep: Callable[[], Any]) -> Any:
    """A page that was closed just now may still take its leave; PostgreSQL lets one begin again."""
    for _ in range(3):
        try:
            return sweep()
        except (CommandError, DatabaseError):
            continue
    return sweep()


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(task(*args, **named))
        return done


@pytest.fixture(autouse=True)
def _letters_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "posting", AtOnce())


@pytest.fixture(autouse=True, scope="session")
def _guards_let_the_sweeper_through() -> None:
    """Between transactional tests every table is emptied, which guarded tables refuse."""
    sweep = TransactionTestCase._fixture_teardown
    all_guards = functools.cache(lambda: guards.installed(connection))

    def teardown(self: TransactionTestCase) -> Any:
        installed = all_guards()
        guards.remove(connection, installed)
        try:
            # No model's table, so that the sweeper passes it by: failed sign-ins are counted there.
            caches["default"].clear()
            return _patiently(lambda: sweep(self))
        finally:
            guards.install(connection, installed)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
