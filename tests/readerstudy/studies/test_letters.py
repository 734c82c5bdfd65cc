"""Letters go over one connection; a server that refuses one, hangs up, or is not there stops no page."""

import logging
from collections.abc import Callable
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from readerstudy.studies.mail import Post


class Server(EmailBackend):
    """A mail server: counts how often it is called, and does with a letter what the test says."""

    calls = 0
    answer: Callable[[EmailMessage], None] = staticmethod(lambda letter: None)

    def open(self) -> bool:
        Server.calls += 1
        return True

    def send_messages(self, messages: list[EmailMessage]) -> int:  # type: ignore[override]
        for message in messages:
            Server.answer(message)
        return super().send_messages(messages)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "calls", 0)
    return Server


def letter(to: str) -> EmailMessage:
    return EmailMessage(subject="Come in", body="A link", to=[to])


def sent(*addresses: str) -> list[bool]:
    with Post() as post:
        return [post.takes(letter(address)) for address in addresses]


def test_a_refused_recipient_stops_nobody_else(
    server: type[Server], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(message: EmailMessage) -> None:
        if message.to == ["nobody@clinic.example"]:
            raise SMTPRecipientsRefused({"nobody@clinic.example": (550, b"no such user")})

    monkeypatch.setattr(server, "answer", staticmethod(refuse))
    assert sent("rita@clinic.example", "nobody@clinic.example", "ron@clinic.example") == [True, False, True]
    assert [message.to[0] for message in mail.outbox] == ["rita@clinic.example", "ron@clinic.example"]
    assert "no such user" in caplog.text


def test_a_server_that_is_not_there_is_asked_once(
    server: type[Server], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nobody_answers(self: Server) -> bool:
        Server.calls += 1
        raise TimeoutError("timed out")

    monkeypatch.setattr(server, "open", nobody_answers)
    with caplog.at_level(logging.WARNING):
        assert sent("rita@clinic.example", "ron@clinic.example", "ruth@clinic.example") == [False] * 3
    assert server.calls == 1
    assert "the mail server cannot be used: timed out" in caplog.text


def test_a_server_that_hangs_up_after_a_letter_is_called_again(
    server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def hang_up_once_in_between(message: EmailMessage) -> None:
        if taken == ["rita@clinic.example"]:
            taken.append("hung up")
            raise SMTPServerDisconnected("too many letters")
        taken.append(message.to[0])

    monkeypatch.setattr(server, "answer", staticmethod(hang_up_once_in_between))
    assert sent("rita@clinic.example", "ron@clinic.example") == [True, True]
    assert taken == ["rita@clinic.example", "hung up", "ron@clinic.example"]
