"""Guards are really in the database."""

import pytest
from django.db import connection

from readerstudy.audit import guards


@pytest.mark.django_db
def test_every_guard_of_the_migrations_stands_in_the_database() -> None:
    assert guards.faults(connection, guards.installed(connection)) == {}
