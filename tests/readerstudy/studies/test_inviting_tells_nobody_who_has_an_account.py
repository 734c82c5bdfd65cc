"""Attack: the leader of a study of their own invites addresses, and times which of them have an account."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readerstudy.desk.people.inviting import invite_people
from readerstudy.studies.models import Role
from tests.readerstudy.factory import Locked, a_locked_study, a_user, protocol_text

pytestmark = pytest.mark.django_db


def statements(made: Locked, email: str, role: str) -> list[str]:
    """What the database is asked by an invitation, without what differs between two equal statements."""
    with CaptureQueriesContext(connection) as queries:
        [_] = invite_people(made.study, [email], role, by=made.owner, mail=True).invited
    return [re.sub(r"'[^']*'|\b\d+\b|_x\d+", "?", str(query["sql"])) for query in queries]


@pytest.mark.parametrize("role", [Role.READER, Role.ANALYST])
def test_the_database_is_asked_the_same_for_known_and_unknown_addresses(role: str) -> None:
    made = a_locked_study(protocol_text().replace("places = 4", "places = 9"), readers=())
    known = a_user("known")
    statements(made, "first@hospital.example", role)
    assert statements(made, known.email, role) == statements(made, "nobody@hospital.example", role)
