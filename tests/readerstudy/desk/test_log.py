"""The desk's log shows that everything happened, and nothing that would unblind."""

import pytest
from django.test import Client

from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.desk.watching.pages import abridged, in_words
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked, a_locked_study, a_user, answer_next

pytestmark = pytest.mark.django_db

SECRET = "image-17-is-synthetic"


@pytest.fixture
def made() -> Locked:
    made = a_locked_study()
    record(
        made.study.scope,
        "key looked up",
        by=None,
        on=SECRET,
        particulars={"source": SECRET},
        reason=SECRET,
        audience=Audience.UNBLINDED,
    )
    return made


def page(made: Locked) -> str:
    response = made.client("alice").get(f"/studies/{made.study.slug}/log/")
    assert response.status_code == 200
    return response.content.decode()


def test_what_would_unblind_is_not_even_mentioned(made: Locked) -> None:
    body = page(made)
    assert "key looked up" not in body
    assert SECRET not in body


def test_a_digest_shows_its_beginning_and_on_demand_the_whole() -> None:
    shown = abridged(in_words({"new": "ab" * 32, "by": "<b>"}))
    assert f'<abbr title="{"ab" * 32}">{"ab" * 6}</abbr>' in shown
    assert "&lt;b&gt;" in shown


def test_particulars_are_told_in_words() -> None:
    assert in_words({"kept": True, "images": {"real": 3}}) == "kept yes, images real 3"
    assert in_words(["a", 2, None]) == "a, 2, none"
    assert in_words([]) == in_words(None) == "none"


def test_after_the_unblinding_all_is_shown(made: Locked) -> None:
    alice = a_user("alice")
    for step in (freeze_study, request_unblinding, confirm_unblinding):
        step(made.study, by=alice, reason="all is in")
    assert SECRET in page(made)


def test_readers_go_by_their_pseudonyms(made: Locked) -> None:
    reader = made.reading("rita")
    answer_next(reader)
    body = page(made)
    assert reader.pseudonym in body
    assert reader.email not in body


def test_who_is_no_staff_finds_no_log(made: Locked, client: Client) -> None:
    assert made.client("rita").get(f"/studies/{made.study.slug}/log/").status_code == 404
