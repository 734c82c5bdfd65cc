"""A line that lies elsewhere convicts even whoever has database and keys."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from readerstudy.audit.models import Event, Stream
from readerstudy.audit.outside import keep_outside_daily
from readerstudy.audit.record import record
from tests.readerstudy.audit.conftest import STREAM, Attack

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(log: Stream, tmp_path: Path) -> Path:
    file = tmp_path / "ends.txt"
    call_command("keep_ends", "--to", str(file), stdout=StringIO())
    record(STREAM, "verb.7", by=None, on="after")
    call_command("keep_ends", "--to", str(file), stdout=StringIO())
    return file


def verify(file: Path) -> None:
    call_command("verify_audit", "--lines", str(file), stdout=StringIO())


def test_a_log_that_grew_agrees_with_all_lines(kept: Path) -> None:
    assert len(kept.read_text().splitlines()) == 2
    record(STREAM, "verb.8", by=None, on="after")
    verify(kept)


def test_everything_set_back_to_an_earlier_backup_is_named(log: Stream, kept: Path, attack: Attack) -> None:
    attack(
        "DELETE FROM audit_event WHERE stream_id IN (SELECT id FROM audit_stream WHERE name = 'audit')",
        "DELETE FROM audit_stream WHERE name = 'audit'",
    )
    with pytest.raises(CommandError, match=r"its line was written at .+ and is gone"):
        verify(kept)
    record("audit", "ends kept", by=None, on="audit", particulars={"ends": {}})
    with pytest.raises(CommandError, match="is another one than when its line was written at"):
        verify(kept)


def test_a_line_that_somebody_wrote_by_hand_is_named(kept: Path) -> None:
    line = json.loads(kept.read_text().splitlines()[0])
    kept.write_text(json.dumps(line | {"number": 99}))
    with pytest.raises(CommandError, match="line 1: was not signed by this platform"):
        verify(kept)
    kept.write_text("no line")
    with pytest.raises(CommandError, match="does not hold lines"):
        verify(kept)


def test_the_line_is_mailed_once_a_day(log: Stream, settings: Any) -> None:
    for address in ("", "pi@hospital.example", "pi@hospital.example"):
        settings.AUDIT_ENDS_MAIL = address
        keep_outside_daily()
    (begun,) = DBTaskResult.objects.all()
    begun.task.call()
    (letter,) = mail.outbox
    assert '"signature"' in letter.body
    daily = Event.objects.get(subject="daily")
    assert timezone.now() - daily.at < timedelta(minutes=5)
