"""The list of studies, and the page on which one begins."""

import pytest
from django.test import Client

from readerstudy.studies.create import create_study
from tests.readerstudy.factory import a_leader, protocol_text
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def alice() -> Client:
    return signed_in(a_leader("alice"))


def test_two_studies_of_one_title_are_told_apart_by_their_short_names(alice: Client) -> None:
    made = [create_study(protocol_text(), by=a_leader("alice")) for _ in range(2)]
    page = alice.get("/studies/").content.decode()
    for study in made:
        assert f'<span class="soft">{study.slug}</span>' in page


def test_a_study_titled_new_can_be_opened(alice: Client) -> None:
    study = create_study(protocol_text(title="New"), by=a_leader("alice"))
    assert study.slug != "new"
    assert alice.get(f"/studies/{study.slug}/").status_code == 200


def test_published_protocols_say_in_words_what_they_ask(alice: Client) -> None:
    page = alice.get("/studies/new/").content.decode()
    assert "pick the real one" in page
    assert "pick_real" not in page


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000, "-1", "²", "٣", "x"])
def test_a_page_of_the_list_that_nobody_offered_is_the_first(alice: Client, number: str) -> None:
    study = create_study(protocol_text(), by=a_leader("alice"))
    assert study.slug in alice.get("/studies/", {"from": number}).content.decode()


def test_the_door_answers_whoever_only_asks_whether_it_is_there(client: Client) -> None:
    assert client.head("/").status_code == 302
