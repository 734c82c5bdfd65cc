"""A time-stamping authority convicts whoever has every key of this server and writes its lines anew."""

import json
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from readerstudy.audit.models import Stream
from readerstudy.audit.outside import end_line
from readerstudy.audit.record import record
from readerstudy.audit.stamp import NotStamped, StampUnfit, stamp, stamped_at
from tests.readerstudy.audit.authority import Authority, an_authority
from tests.readerstudy.audit.conftest import STREAM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with an_authority(tmp_path_factory.mktemp("stamps") / "authority") as found:
        yield found


@pytest.fixture
def _stamping(authority: Authority, settings: Any) -> None:
    settings.AUDIT_STAMP_URL, settings.AUDIT_STAMP_ROOTS = authority.url, str(authority.roots)


def lines_agree(file: Path) -> str:
    said = StringIO()
    call_command("verify_audit", "--lines", str(file), stdout=said)
    return said.getvalue()


@pytest.fixture
def line(log: Stream, _stamping: None, tmp_path: Path) -> Path:
    file = tmp_path / "ends.txt"
    call_command("keep_ends", "--to", str(file), stdout=StringIO())
    return file


def test_a_line_carries_a_stamp_that_is_verified_with_it(line: Path) -> None:
    assert json.loads(line.read_text())["stamp"]
    assert "Warning" not in lines_agree(line)


def test_a_line_signed_anew_with_the_key_of_this_server_does_not_fit_its_stamp(
    line: Path, settings: Any
) -> None:
    old = json.loads(line.read_text())
    settings.AUDIT_STAMP_URL = ""
    record(STREAM, "verb.9", by=None, on="another past")
    forged = json.loads(end_line(by=None))
    line.write_text(json.dumps(forged | {"stamp": old["stamp"]}))
    with pytest.raises(CommandError, match="line 1: The stamp does not belong to this text"):
        lines_agree(line)


def test_a_line_dated_back_is_told_by_its_stamp(
    line: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    monkeypatch.setattr("readerstudy.audit.outside.timezone.now", lambda: earlier)
    line.write_text(end_line(by=None))
    monkeypatch.undo()
    with pytest.raises(CommandError, match=r"says 2020-01-01.* but was stamped at"):
        lines_agree(line)


def test_a_stamp_of_another_authority_is_refused(line: Path, settings: Any, tmp_path: Path) -> None:
    with an_authority(tmp_path / "other") as other:
        settings.AUDIT_STAMP_ROOTS = str(other.roots)
        with pytest.raises(CommandError, match="no authority in AUDIT_STAMP_ROOTS made it"):
            lines_agree(line)


def test_without_certificates_a_stamp_is_said_to_be_unchecked(line: Path, settings: Any) -> None:
    settings.AUDIT_STAMP_ROOTS = ""
    assert "Warning: line 1: has a stamp that was not checked" in lines_agree(line)


def test_certificates_that_cannot_be_read_are_named(line: Path, settings: Any, tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        settings.AUDIT_STAMP_ROOTS = str(tmp_path / "roots.pem")
        if content is not None:
            (tmp_path / "roots.pem").write_text(content)
        with pytest.raises(CommandError, match=r"AUDIT_STAMP_ROOTS is '.*roots\.pem'. It has to be a file"):
            lines_agree(line)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "tsa.example/stamp", "http://[::1"])
def test_a_line_is_kept_without_a_stamp_where_no_authority_answers(
    log: Stream, settings: Any, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    settings.AUDIT_STAMP_URL = url
    said = json.loads(end_line(by=None))
    assert "stamp" not in said
    assert said["signature"]
    assert "has no stamp: " in caplog.text
    assert "AUDIT_STAMP_URL" in caplog.text


def test_what_is_no_stamp_is_refused(authority: Authority) -> None:
    with pytest.raises(NotStamped):
        stamp("a text", url=authority.url.replace("/stamp", "/nothing"))
    with pytest.raises(NotStamped, match="https:// or http://"):
        stamp("a text", url="file:///etc/hostname")
    with pytest.raises(StampUnfit):
        stamped_at("a text", "AAAA", roots=authority.roots)
    token = stamp("a text", url=authority.url)
    assert stamped_at("a text", token, roots=authority.roots).tzinfo is not None
    with pytest.raises(StampUnfit):
        stamped_at("another text", token, roots=authority.roots)
