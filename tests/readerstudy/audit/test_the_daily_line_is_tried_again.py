"""A place that does not take the daily line is tried again until it does; all get the same line once."""

import json
import re
import resource
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from readerstudy.audit import outside
from readerstudy.audit.models import Event
from readerstudy.audit.outside import keep_outside_daily
from tests.readerstudy.studies.test_two_at_once import at_once


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that refuses the first letters, then keeps what it is sent."""

    daemon_threads = True

    def __init__(self, refuses: int) -> None:
        super().__init__(("127.0.0.1", 0), Letter)
        self.refuses, self.asked, self.letters = refuses, 0, list[str]()


class Letter(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self.server.asked += 1
        if self.server.asked <= self.server.refuses:
            self.wfile.write(b"421 try again later\r\n")
            return
        self.wfile.write(b"220 sink\r\n")
        for said in iter(self.rfile.readline, b""):
            if said.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                self.server.letters.append(text)
            self.wfile.write(b"221 bye\r\n" if said.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink(refuses=2) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.AUDIT_ENDS_MAIL = "pi@hospital.example"
        yield server
        server.shutdown()


def waits() -> list[int]:
    """Let what waits be due, and say for how many seconds it would have waited."""
    open_still = DBTaskResult.objects.filter(finished_at=None)
    found = [round((task.run_after - timezone.now()).total_seconds()) for task in open_still]
    open_still.update(run_after=timezone.now())
    return found


@pytest.mark.django_db(transaction=True)
def test_mail_that_is_refused_is_sent_later_and_says_what_the_file_says(
    sink: Sink, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "ends.txt"
    settings.AUDIT_ENDS_FILE = str(file)
    keep_outside_daily()
    call_command("worker", once=True, verbosity=0)
    for wait in (60, 120):
        keep_outside_daily()
        assert waits() == [pytest.approx(wait, abs=5)]
        call_command("worker", once=True, verbosity=0)
    assert waits() == []
    (line,) = file.read_text().splitlines()
    assert sink.asked == 3
    assert [re.sub(r"=\r\n|\r\n", "", letter).count(line) for letter in sink.letters] == [1]
    assert Event.objects.filter(subject="daily").count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_write_one_line(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ENDS_FILE = str(tmp_path / "ends.txt")
    assert at_once(*[keep_outside_daily] * 4) == ["done"] * 4
    call_command("worker", once=True, verbosity=0)
    assert len((tmp_path / "ends.txt").read_text().splitlines()) == 1


@pytest.mark.django_db
def test_a_file_that_is_away_keeps_no_letter_back(
    settings: Any, tmp_path: Path, mailoutbox: list[Any]
) -> None:
    settings.AUDIT_ENDS_FILE, settings.AUDIT_ENDS_MAIL = (
        str(tmp_path / "away" / "ends.txt"),
        "pi@hospital.example",
    )
    outside.keep_today.call()
    assert len(mailoutbox) == 1
    (tmp_path / "away").mkdir()
    (task,) = DBTaskResult.objects.all()
    task.task.call(*task.args_kwargs["args"])
    (line,) = (tmp_path / "away" / "ends.txt").read_text().splitlines()
    assert line in mailoutbox[0].body
    assert len(mailoutbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "tried_again"), [(22, 1), (23, 0)])
def test_a_place_is_tried_every_hour_until_the_next_line_is_due(
    settings: Any, tmp_path: Path, hours: int, tried_again: int
) -> None:
    settings.AUDIT_ENDS_FILE = str(tmp_path / "away" / "ends.txt")
    line = json.dumps({"at": (timezone.now() - timedelta(hours=hours)).isoformat()})
    outside.keep.call(line, "to", outside.LONGEST_WAIT_S)
    assert DBTaskResult.objects.count() == tried_again
    assert waits() == [pytest.approx(3600, abs=5)] * tried_again


@pytest.mark.django_db
def test_an_address_that_is_none_ends_nothing(settings: Any) -> None:
    settings.AUDIT_ENDS_MAIL = "pi at hospital"
    outside.keep_today.call()


def test_a_full_disk_gets_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ends.txt"
    file.write_text("first\n")
    monkeypatch.setattr(outside, "end_line", lambda *, by: "second")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match="no room"):
            outside.keep_outside(by=None, to=file, mail="")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read_text() == "first\n"
