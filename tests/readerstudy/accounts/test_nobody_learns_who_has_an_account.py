"""A page does the same work for an address that somebody here has and for one that nobody has."""

import re
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readerstudy.accounts import letters
from readerstudy.accounts.models import User
from tests.readerstudy.people import PASSWORD

pytestmark = pytest.mark.django_db
CODE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
RESET, LOGIN = "/accounts/password/reset/", "/accounts/login/"
UNKNOWN = "nobody@hospital.example"

Door = Callable[[Client, str], Any]
DOORS: dict[str, Door] = {
    "password": lambda client, email: client.post(LOGIN, {"login": email, "password": "wrong"}),
    "reset": lambda client, email: client.post(RESET, {"email": email}),
    "code": lambda client, email: client.post(CODE, {"email": email}),
    "page of the code": lambda client, email: client.get(CONFIRM),
    "wrong code": lambda client, email: client.post(CONFIRM, {"code": "AAAA-AAAA"}),
    "another code": lambda client, email: client.post(CONFIRM, {"action": "resend"}),
}


def statements(door: str, email: str) -> list[str]:
    """What the database is asked by a door, without what differs between two equal statements."""
    client = Client()
    if door in ("page of the code", "wrong code", "another code"):
        client.post(CODE, {"email": email})
    with CaptureQueriesContext(connection) as queries:
        DOORS[door](client, email)
    return [re.sub(r"'[^']*'|\b\d+\b|_x\d+", "?", str(query["sql"])) for query in queries]


@pytest.mark.parametrize("door", DOORS)
def test_the_database_is_asked_the_same_for_known_and_unknown_addresses(
    alice: User, door: str, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    User.objects.create_user("closed@hospital.example", PASSWORD)
    User.objects.filter(email="closed@hospital.example").update(is_active=False)
    for email in (alice.email, "closed@hospital.example", UNKNOWN):
        statements(door, email)  # begins the streams of the log
    known = statements(door, alice.email)
    assert statements(door, UNKNOWN) == known
    assert statements(door, "closed@hospital.example") == known


def test_letters_for_nobody_are_written_too_and_sent_to_nobody(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    add_page = letters.add_page

    def note(letter: EmailMultiAlternatives, **named: Any) -> None:
        written.extend(letter.to)
        add_page(letter, **named)

    monkeypatch.setattr("readerstudy.accounts.adapter.add_page", note)
    for door in ("reset", "code"):
        DOORS[door](Client(), UNKNOWN)
        DOORS[door](Client(), alice.email)
    assert written == [UNKNOWN, alice.email] * 2
    assert [letter.to for letter in mail.outbox] == [[alice.email]] * 2


def test_a_code_that_nobody_was_mailed_signs_nobody_in(client: Client, alice: User) -> None:
    client.post(CODE, {"email": UNKNOWN})
    code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in client.session


class Kept(Executor):
    """Keeps what it is given to do."""

    def __init__(self) -> None:
        self.tasks: list[Callable[..., Any]] = []

    def submit(self, task: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        self.tasks.append(task)
        return Future()


@pytest.mark.parametrize("page", [CODE, RESET])
def test_work_on_a_letter_begins_when_the_answer_has_been_sent(
    alice: User, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting, begun = Kept(), list[int]()
    close = HttpResponseBase.close

    def noted(self: HttpResponseBase) -> None:
        """A server closes an answer when the last byte has left."""
        begun.append(len(posting.tasks))
        close(self)

    monkeypatch.setattr(letters, "posting", posting)
    monkeypatch.setattr(HttpResponseBase, "close", noted)
    assert Client().post(page, {"email": alice.email}).status_code == 302
    assert (begun[0], len(posting.tasks)) == (0, 1)
