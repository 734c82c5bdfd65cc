"""Guessing is slow, keeps nobody else out, and tells nothing about who has an account."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readerstudy.accounts import attempts, letters
from readerstudy.accounts.adapter import AccountAdapter
from readerstudy.accounts.models import SignInAttempt, User
from readerstudy.audit.models import Event
from tests.readerstudy.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HOME, ATTACKER = "192.0.2.7", "198.51.100.66"


def attempt(client: Client, email: str, password: str, *, at: str = HOME) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=at)


def succeeds(client: Client, email: str, *, at: str = HOME) -> bool:
    attempt(client, email, PASSWORD, at=at)
    return "_auth_user_id" in client.session


def fail_many(email: str, times: int, *, at: Callable[[int], str] = lambda n: ATTACKER) -> None:
    for number in range(times):
        attempt(Client(), email, "wrong", at=at(number))


@pytest.fixture
def besieged(alice: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """alice, whose account an attacker with many addresses has closed to unknown browsers."""
    monkeypatch.setattr(attempts, "PER_ACCOUNT", 8)
    fail_many(alice.email, 9, at=lambda n: f"198.51.100.{n}")
    return alice


def test_five_failures_from_one_network_end_its_guessing_even_with_the_right_password(alice: User) -> None:
    fail_many(alice.email, 5)
    response = attempt(Client(), alice.email, PASSWORD, at=ATTACKER)
    assert "Wait 15 minutes, or sign in with a code" in response.content.decode()
    assert not succeeds(Client(), alice.email, at=ATTACKER)


def test_after_a_quarter_of_an_hour_guessing_may_go_on(alice: User) -> None:
    fail_many(alice.email, 5)
    for row in SignInAttempt.objects.all():
        SignInAttempt.objects.filter(pk=row.pk).update(at=row.at - timedelta(minutes=15))
    assert succeeds(Client(), alice.email, at=ATTACKER)


def test_refused_attempts_do_not_make_the_wait_longer(alice: User) -> None:
    fail_many(alice.email, 5)
    counted = SignInAttempt.objects.count()
    fail_many(alice.email, 3)
    assert SignInAttempt.objects.count() == counted


def test_an_attackers_failures_do_not_keep_the_owner_out_elsewhere(client: Client, alice: User) -> None:
    fail_many(alice.email, 9)
    assert succeeds(client, alice.email)


def test_anothers_failures_close_nothing_for_me_at_the_same_address(client: Client, alice: User) -> None:
    User.objects.create_user("bob@hospital.example", PASSWORD)
    fail_many("bob@hospital.example", 9, at=lambda n: HOME)
    assert succeeds(client, alice.email)


def test_an_ipv6_network_counts_as_one_address(alice: User) -> None:
    fail_many(alice.email, 5, at=lambda n: f"2001:db8::{n}")
    assert not succeeds(Client(), alice.email, at="2001:db8::77")
    assert succeeds(Client(), alice.email, at="2001:db8:0:1::77")


def test_right_passwords_are_not_counted(alice: User) -> None:
    for _ in range(7):
        assert succeeds(Client(), alice.email)
    assert not SignInAttempt.objects.exists()


def test_many_addresses_together_close_an_account_to_unknown_browsers(besieged: User) -> None:
    assert not succeeds(Client(), besieged.email)


def test_a_browser_that_signed_in_before_still_does(client: Client, alice: User, besieged: User) -> None:
    SignInAttempt.objects.all().delete()
    assert succeeds(client, alice.email)
    client.post("/accounts/logout/")
    fail_many(alice.email, 9, at=lambda n: f"198.51.100.{n}")
    assert not succeeds(Client(), alice.email)
    assert succeeds(client, alice.email)


def test_a_known_browser_has_five_guesses_too_and_is_known_for_its_account_alone(
    client: Client, besieged: User
) -> None:
    SignInAttempt.objects.all().delete()
    User.objects.create_user("bob@hospital.example", PASSWORD)
    assert succeeds(client, "bob@hospital.example")
    client.post("/accounts/logout/")
    for _ in range(5):
        attempt(client, "bob@hospital.example", "wrong")
    assert not succeeds(client, "bob@hospital.example")
    fail_many(besieged.email, 9, at=lambda n: f"198.51.100.{n}")
    assert not succeeds(client, besieged.email)


def test_a_forged_cookie_makes_no_browser_known(client: Client, besieged: User) -> None:
    client.cookies["known_devices"] = "eyJhIjoiYiJ9:1abcde:forged"
    assert not succeeds(client, besieged.email)


def test_the_owner_is_mailed_one_link_that_lets_their_browser_in(client: Client, besieged: User) -> None:
    fail_many(besieged.email, 5, at=lambda n: f"203.0.113.{n}")
    (letter,) = mail.outbox
    assert letter.to == [besieged.email]
    found = re.search(r"/accounts/unlock/\S+", str(letter.body))
    assert found is not None
    assert "known_devices" not in client.get(found.group()).cookies  # mail scanners open links
    done = client.post(found.group(), follow=True)
    assert "This browser can sign in now" in done.content.decode()
    assert succeeds(client, besieged.email)


def test_a_link_opened_in_many_browsers_gives_five_guesses_in_all(besieged: User) -> None:
    found = re.search(r"/accounts/unlock/\S+", str(mail.outbox[0].body))
    assert found is not None
    for number in range(6):
        browser = Client()
        browser.post(found.group())
        attempt(browser, besieged.email, "wrong", at=f"203.0.113.{number}")
    browser = Client()
    browser.post(found.group())
    assert not succeeds(browser, besieged.email)


def test_a_new_password_by_the_mailed_link_opens_the_account(client: Client, besieged: User) -> None:
    mail.outbox.clear()
    client.post("/accounts/password/reset/", {"email": besieged.email})
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert found is not None
    page = client.get(found.group())["Location"]
    client.post(page, {"password1": PASSWORD, "password2": PASSWORD})
    assert succeeds(Client(), besieged.email)
    verbs = Event.objects.values_list("verb", flat=True)
    assert {"account closed to unknown browsers", "password reset"} <= set(verbs)


def test_failures_of_a_stranger_do_not_keep_the_owner_from_confirming(alice: User) -> None:
    client = signed_in(alice)
    fail_many(alice.email, 9)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_the_same_time_see_each_other(alice: User) -> None:
    start, checked = threading.Barrier(8, timeout=60), Counter[bool]()

    def guess(_: int) -> None:
        start.wait()
        try:
            page = attempt(Client(), alice.email, "wrong", at=ATTACKER).content.decode()
            checked["do not match" in page] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        list(people.map(guess, range(8)))
    assert checked[True] <= 5
    assert checked.total() == 8


# --- the same effort for everybody ---------------------------------------------------------------


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the hash computations as they are made: nearly all of what a sign-in takes."""
    done: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Argon2PasswordHasher, *args: Any, **named: Any) -> Any:
            done.append(name)
            return method(self, *args, **named)

        return call

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted("hash", encode))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted("hash", verify))
    return done


def effort_of(hashes: list[str], send: Callable[[], Any]) -> tuple[int, Counter[str]]:
    """How many hashes something takes and what it writes; reading a row takes too little to be seen."""
    hashes.clear()
    with CaptureQueriesContext(connection) as queries:
        send()
    statements = Counter(str(query["sql"]).split(" ")[0] for query in queries)
    return len(hashes), Counter(
        {name: statements[name] for name in ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")}
    )


def test_a_wrong_password_takes_the_same_effort_whoever_it_is_for(alice: User, hashes: list[str]) -> None:
    User.objects.create_user("nopassword@hospital.example")
    User.objects.create_user("closed@hospital.example", PASSWORD)
    User.objects.filter(email="closed@hospital.example").update(is_active=False)
    attempt(Client(), "first@hospital.example", "wrong")  # begins the streams of the log
    attempt(Client(), alice.email, "wrong")
    known = effort_of(hashes, lambda: attempt(Client(), alice.email, "wrong"))
    unknown = effort_of(hashes, lambda: attempt(Client(), "nobody@hospital.example", "wrong"))
    assert known == unknown
    assert known[0] == 1
    for email in ("nopassword@hospital.example", "closed@hospital.example"):
        attempt(Client(), email, "wrong")
        assert effort_of(hashes, lambda email=email: attempt(Client(), email, "wrong")) == known  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_no_page_waits_for_the_letter_that_only_an_account_gets(
    alice: User, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters are written and taken once the page is there: a page that waited for that would never come."""
    answered = threading.Event()

    class Slow(locmem.EmailBackend):
        def send_messages(self, messages: Any) -> int:
            assert answered.wait(60)
            return super().send_messages(messages)

    def slowly(*given: Any, **named: Any) -> Any:
        assert answered.wait(60)
        return write(*given, **named)

    write = AccountAdapter.render_mail
    monkeypatch.setattr(locmem, "EmailBackend", Slow)
    monkeypatch.setattr(AccountAdapter, "render_mail", slowly)
    posting = ThreadPoolExecutor(1)
    monkeypatch.setattr(letters, "posting", posting)
    assert Client().post(page, {"email": alice.email}).status_code == 302
    assert mail.outbox == []
    answered.set()
    posting.shutdown()
    assert [letter.to for letter in mail.outbox] == [[alice.email]]


def test_a_mail_server_that_is_away_is_in_the_log_and_breaks_no_page(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any) -> int:
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", away)
    assert Client().post("/accounts/password/reset/", {"email": alice.email}).status_code == 302
    assert "Reset your password" in caplog.text
    assert alice.email not in caplog.text
