"""Who can see more of a study than a reader proves more than a password."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from readerstudy.accounts.models import User
from readerstudy.accounts.second_factor import needs_second_factor
from readerstudy.studies.models import Enrolment, Role, Study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "needed"), [(role, role != Role.READER) for role in Role])
def test_every_role_but_the_readers_needs_one(role: Role, needed: bool, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    alice = User.objects.create_user("alice@hospital.example")
    study = Study.objects.create(slug="knees", title="Knees", created_by=alice, created_at=timezone.now())
    place = 1 if role == Role.READER else None
    Enrolment.objects.create(study=study, user=alice, role=role, place=place, invited_by=alice)
    assert needs_second_factor(alice) is needed


def test_nobody_without_a_role_needs_one(settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert not needs_second_factor(User.objects.create_user("bob@hospital.example"))
