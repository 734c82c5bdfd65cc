"""What the platform's tests share: triggers that step aside when a test's rows are swept away."""

from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from readerstudy.audit import guards


@pytest.fixture(autouse=True, scope="session")
def _guards_let_the_sweeper_through() -> None:
    """Between transactional tests every table is emptied, which guarded tables refuse."""
    sweep = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> Any:
        installed = guards.installed(connection)
        guards.remove(connection, installed)
        try:
            return sweep(self)
        finally:
            guards.install(connection, installed)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
