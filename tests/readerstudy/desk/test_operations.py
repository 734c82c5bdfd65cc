"""What those who run the server ask it: is it well, what does it do, where do I report a hole."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from readerstudy.desk.operations import readiness
from readerstudy.studies.runs import presence
from tests.readerstudy.server import Server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_is_looked_at_anew() -> Iterator[None]:
    readiness.forget()
    yield
    readiness.forget()


def asked(client: Client, address: str, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = client.get(address, **headers)  # type: ignore[arg-type]
    return answer.status_code, answer.json()


def test_a_process_that_answers_is_live_and_asks_nobody_else(client: Client) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(readiness, "_database", lambda: 1 / 0)
        assert asked(client, "/health/live") == (200, {"live": True})


def test_a_process_with_all_it_needs_is_ready_and_a_worker_is_missed_by_name(client: Client) -> None:
    found = {"ready": True, "database": True, "migrations": True, "storage": True, "worker": False}
    assert asked(client, "/health/ready") == (200, found)
    assert asked(client, "/health/working")[0] == 503


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_said_so_is_there_until_it_is_silent_for_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("worker", once=True, verbosity=0)
    assert asked(client, "/health/working")[0] == 200
    readiness.forget()
    now = timezone.now()
    monkeypatch.setattr(presence.timezone, "now", lambda: now + 2 * presence.GONE_AFTER)
    assert asked(client, "/health/working")[1]["worker"] is False


def test_a_missing_migration_makes_it_not_ready(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(app, newest)
    status, found = asked(client, "/health/ready")
    assert (status, found["migrations"], found["database"]) == (503, False, True)
    assert "manage.py migrate" in caplog.text


@pytest.mark.parametrize("broken", ["database", "storage"])
def test_what_is_broken_is_named_to_all_and_explained_in_the_log_alone(
    client: Client, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> bool:
        raise ConnectionRefusedError("db.internal.hospital.example:5432")

    monkeypatch.setattr(readiness, f"_{broken}", fails)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()[broken]) == (503, False)
    assert b"hospital.example" not in answer.content
    assert "db.internal.hospital.example:5432" in caplog.text


def test_a_load_balancer_asks_by_address_and_everything_else_does_not(client: Client) -> None:
    assert client.get("/health/live", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_the_security_contact_is_where_everybody_looks(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@hospital.example"
    settings.SITE_URL = "https://study.hospital.example"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@hospital.example"
    assert fields["Canonical"] == "https://study.hospital.example/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert 100 < left.days < 365


def test_without_a_contact_there_is_no_such_file(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_without_a_token_there_are_no_metrics(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


TOKEN = "a-token-for-the-scraper-alone"


@pytest.fixture
def measured(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """A server of two processes that counts."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with Server(workers=2) as server:
        yield server


def scraped(server: Server, token: str = TOKEN) -> str:
    request = Request(f"{server.url}/metrics", headers={"Authorization": f"Bearer {token}"})
    return str(urlopen(request, timeout=60).read().decode())


def test_metrics_add_up_over_processes_and_name_no_study_person_or_token(measured: Server) -> None:
    for _ in range(20):
        urlopen(f"{measured.url}/accounts/login/?next=/studies/secret-study/", timeout=60).close()
    with pytest.raises(HTTPError) as refused:
        scraped(measured, "wrong")
    assert refused.value.code == 401
    refused.value.close()
    text = scraped(measured)
    line = 'readerstudy_http_requests_total{method="GET",page="accounts/login/",status="200"} '
    assert float(text.split(line)[1].split("\n")[0]) >= 20
    assert 'readerstudy_http_request_seconds_count{page="accounts/login/"}' in text
    assert 'readerstudy_runs_open{state="waiting"} 0.0' in text
    assert "secret-study" not in text


def test_metrics_tell_nothing_of_arms_or_answers(measured: Server) -> None:
    names = set(re.findall(r"^(\w+?)(?:_total|_bucket|_sum|_count)?[{ ]", scraped(measured), re.MULTILINE))
    assert names <= {"readerstudy_http_requests", "readerstudy_http_request_seconds", "readerstudy_runs_open"}


def test_the_access_log_names_pages_by_route(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.ACCESS_LOG = True
    with caplog.at_level("INFO", "readerstudy.access"):
        Client().get("/invitation/a-secret-token-in-the-address/?also=secret")
    (record,) = caplog.records
    assert "GET invitation/<str:token>/ 404" in record.getMessage()
    assert json.dumps(record.__dict__["fields"])
    assert "secret" not in caplog.text
