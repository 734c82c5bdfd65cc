"""The desk's log shows that everything happened, and nothing that would unblind."""

import pytest
from django.core.cache import cache
from django.test import Client

from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.desk.watching import chain as watching_chain
from readerstudy.desk.watching import log_days
from readerstudy.desk.watching.pages import abridged, in_words
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked, a_locked_study, a_user, answer_next
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

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


def page(made: Locked, query: str = "") -> str:
    response = made.client("alice").get(f"/studies/{made.study.slug}/log/{query}")
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


def chain(made: Locked) -> str:
    """The part of the page that tells whether the chain is whole."""
    cache.clear()
    answer = made.client("alice").get(f"/studies/{made.study.slug}/log/", headers={"X-Part": "chain"})
    return answer.content.decode()


def test_the_page_tells_whether_the_chain_is_whole(made: Locked) -> None:
    assert "Chain verified" in chain(made)
    rewrite("UPDATE audit_event SET reason = 'another' WHERE verb = 'study locked'")
    assert "Chain broken" in chain(made)


def test_a_log_too_long_for_a_page_is_not_verified_by_it(
    made: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_chain, "LONGEST", 3)
    assert "too long to verify on this page" in chain(made)


def test_who_is_no_staff_finds_no_log(made: Locked, client: Client) -> None:
    assert made.client("rita").get(f"/studies/{made.study.slug}/log/").status_code == 404


def test_a_readers_answers_of_a_day_are_one_sentence_until_each_is_asked_for(made: Locked) -> None:
    reader = made.reading("rita")
    for _ in range(3):
        answer_next(reader)
    grouped, each = page(made), page(made, "?each=1")
    assert f"<strong>{reader.pseudonym}</strong> answered 3 trials." in grouped
    assert "answered screen 2 of section “Triples”" not in grouped
    assert "answered screen 2 of section “Triples”" in each


def test_the_log_is_narrowed_by_kind_person_and_words(made: Locked) -> None:
    answer_next(made.reading("rita"))
    checks = page(made, "?kind=checks")
    assert "locked the study" in checks
    assert "answered 1 trial" not in checks
    assert "gave consent" in page(made, "?who=readers")
    assert "locked the study" not in page(made, "?who=readers")
    assert "locked the study" in page(made, "?text=read-only")
    assert "No entries match this filter." in page(made, "?text=zebra")


@pytest.mark.parametrize("query", ["?text=synthetic", "?each=1", "?who=server", "?kind=jobs", "?text=key"])
def test_no_filter_finds_what_is_left_out(made: Locked, query: str) -> None:
    body = page(made, query)
    assert SECRET not in body
    assert "key looked up" not in body


def test_pages_share_the_answers_of_a_day_among_them(made: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_days, "EVENTS_ON_A_PAGE", 4)
    answer_next(made.reading("rita"))
    bodies = [page(made, f"?start={start}") for start in range(0, 60, 4)]
    assert sum("answered 1 trial." in body for body in bodies) == 1
    assert "No entries match" in bodies[-1]
