"""Production starts only with all it needs, says what is missing, and passes Django's deployment check."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated import copy_to_sqlite

ROOT = Path(__file__).resolve().parents[3]
NEEDED = {
    "SECRET_KEY": "mZ4q_Wn8tR2vXc6yLb0sKd3fGh7jPa9uEo5iT1-xQwNrVkBzYgMhCd",
    "ALLOWED_HOSTS": "study.hospital.example",
    "SITE_URL": "https://study.hospital.example",
    "EMAIL_URL": "smtp://user:secret@mail.hospital.example:587",
}


def check(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return run(["check", "--deploy", "--fail-level", "WARNING"], tmp_path, **changes)


def run(command: list[str], tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "HOME"}}
    environment = {
        **kept,
        "READERSTUDY_ENV": "production",
        "READERSTUDY_HOME": str(tmp_path / "home"),
        "SECRETS_KEY_FILE": str(tmp_path / "secrets.key"),
        **NEEDED,
        **changes,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_finds_nothing_to_say(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.stderr + done.stdout == "System check identified no issues (0 silenced).\n"
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        *(({name: ""}, f"{name} is not set. Production needs it") for name in NEEDED),
        ({"SECRETS_KEY_FILE": ""}, "SECRETS_KEY_FILE is not set. Production needs it: a file outside"),
        ({"SECRETS_KEY_FILE": "{home}/secrets.key"}, "inside READERSTUDY_HOME, which backups copy"),
        ({"READERSTUDY_ENV": "produktion"}, "it has to be one of development, production"),
        ({"DATABASE_URL": "mysql://x@y/z"}, "no other database is supported"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY repeats itself"),
        ({"SECRET_KEY": "change-me-" * 6}, "secrets.token_urlsafe(50)"),
        ({"SITE_URL": "http://study.hospital.example"}, "it has to begin with https://"),
        ({"EMAIL_URL": "mail.hospital.example:587"}, "EMAIL_URL has to be smtp://user:password@host:587"),
        ({"EMAIL_URL": "smtp://relay:25?tls=maybe"}, "nothing or ?tls=no may stand there"),
        ({"EMAIL_URL": "smtps://relay?tls=no"}, "nothing or ?tls=no may stand there"),
        ({"STORAGE_URL": "file://images"}, "it has to be file:///folder or s3://"),
        (
            {"OIDC_ISSUER": "http://id.hospital.example"},
            "OIDC_ISSUER is 'http://id.hospital.example'; in produc",
        ),
        ({"OIDC_ISSUER": "https://id.hospital.example"}, "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set"),
        ({"SECURITY_CONTACT": "us@hospital.example"}, "it has to begin with mailto:, https:// or tel:"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN needs at least 20 characters"),
        ({"LOG_FORMAT": "xml"}, "it has to be line or json"),
        ({"IDLE_MINUTES": "soon"}, "IDLE_MINUTES is 'soon'; it has to be a whole number"),
        ({"REQUIRE_SECOND_FACTOR": "yes"}, "REQUIRE_SECOND_FACTOR is 'yes'; it has to be 0 or 1"),
    ],
)
def test_what_is_missing_or_wrong_fails_loudly_by_name(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = check(tmp_path, **{name: value.format(home=tmp_path / "home") for name, value in changes.items()})
    assert done.returncode != 0
    assert sentence in done.stderr


def test_what_goes_wrong_stands_in_the_log_with_where_it_did(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    asked = (
        "from unittest.mock import patch; from django.test import Client; "
        "patch('readerstudy.accounts.claim.find', side_effect=ZeroDivisionError('by zero')).start(); "
        "ask = Client(raise_request_exception=False).get; "
        "print(ask('/invitation/x/').status_code, ask('/nothing/').status_code)"
    )
    as_demonstrated = {"READERSTUDY_ENV": "development", "ALLOWED_HOSTS": "testserver"}
    copy_to_sqlite(tmp_path / "home" / "readerstudy.sqlite3", pytestconfig.cache.mkdir("migrated"))
    done = run(["shell", "--no-imports", "-c", asked], tmp_path, **as_demonstrated)
    assert done.stdout == "500 404\n"
    assert "ERROR django.request: Internal Server Error: /invitation/…/\nTraceback" in done.stderr
    assert "ZeroDivisionError: by zero" in done.stderr
    assert "/nothing/" not in done.stderr
    done = run(["shell", "--no-imports", "-c", asked], tmp_path, **as_demonstrated, LOG_FORMAT="json")
    (entry,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert entry["message"] == "Internal Server Error: /invitation/…/"
    assert "ZeroDivisionError: by zero" in entry["traceback"]


def test_health_and_metrics_are_asked_for_within_the_house_and_the_rest_by_tls(tmp_path: Path) -> None:
    asked = (
        "from django.test import Client; ask = lambda page, host: Client(headers={'host': host}).get(page); "
        "pages = {'/health/live': '10.1.2.3', '/metrics': '10.1.2.3', '/': 'study.hospital.example'}; "
        "print([ask(*page).status_code for page in pages.items()])"
    )
    done = run(["shell", "--no-imports", "-c", asked], tmp_path, METRICS_TOKEN="a token of the scraper alone")
    assert done.stdout == "[200, 401, 301]\n", done.stderr


def test_a_form_may_lead_to_the_identity_provider_that_the_settings_name(tmp_path: Path) -> None:
    told = (
        "from django.conf import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    )
    named = {
        "OIDC_ISSUER": "https://id.hospital.example/realms/staff",
        "OIDC_CLIENT_ID": "readerstudy",
        "OIDC_CLIENT_SECRET": "secret",
    }
    done = run(["shell", "--no-imports", "-c", told], tmp_path, **named)
    assert done.stdout == "[\"'self'\", 'https://id.hospital.example']\n"


def test_hashes_that_are_compared_for_years_outlive_a_change_of_the_key(tmp_path: Path) -> None:
    told = f"from django.conf import settings; print(settings.ELDEST_SECRET_KEY == {NEEDED['SECRET_KEY']!r})"
    changed = {
        "SECRET_KEY": NEEDED["SECRET_KEY"][::-1],
        "SECRET_KEY_FALLBACKS": f"{'second' * 10},{NEEDED['SECRET_KEY']}",
    }
    done = run(["shell", "--no-imports", "-c", told], tmp_path, **changed)
    assert done.stdout == "True\n"
