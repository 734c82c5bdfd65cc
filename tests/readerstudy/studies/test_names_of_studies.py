"""The names of other people's studies are not told by the name of one's own."""

import pytest

from readerstudy.accounts.models import User
from readerstudy.studies.create import create_study
from readerstudy.studies.errors import SlugIsTaken
from readerstudy.truth.duplicate import duplicate, rehearse
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import a_leader, a_locked_study, protocol_text

pytestmark = pytest.mark.django_db


def test_a_name_that_a_stranger_has_is_not_said_to_be_taken() -> None:
    a_locked_study()
    answer = a_program(a_leader("mallory")).post("studies", {"text": protocol_text(), "slug": "knees"})
    assert answer.status_code == 201
    assert answer.json()["slug"].startswith("knees-")


def test_a_name_of_a_study_that_one_knows_is_refused() -> None:
    made = a_locked_study()
    with pytest.raises(SlugIsTaken, match="'knees'"):
        create_study(protocol_text(), by=made.owner, slug="knees")
    with pytest.raises(SlugIsTaken):
        create_study(protocol_text(), by=User.objects.operator(), slug="knees")


def test_no_number_tells_how_many_studies_have_a_title() -> None:
    names = [create_study(protocol_text(), by=a_leader(name)).slug for name in ("alice", "mallory", "eve")]
    assert names[0] == "knees"
    assert len(set(names)) == 3
    assert [len(name) for name in names[1:]] == [len("knees-abcd")] * 2


def test_long_names_stay_short_enough() -> None:
    alice = a_leader("alice")
    study = create_study(protocol_text(), by=alice, slug="x" * 80)
    for made in (duplicate(study, by=alice), duplicate(study, by=alice)):
        assert len(made.slug) <= 80


def test_a_stranger_is_told_the_same_of_a_study_that_is_there_and_of_none() -> None:
    made = a_locked_study()
    rehearse(made.study, by=made.owner)
    mallory = a_program(a_leader("mallory"))
    for path in ("", "/people", "/log", "/sources", "/progress", "/protocol"):
        there, nowhere = (mallory.get(f"studies/{name}{path}") for name in ("knees", "none"))
        assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())
        assert there.status_code == 404
