"""Production starts only with all it needs, says what is missing, and passes Django's deployment check."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NEEDED = {
    "SECRET_KEY": "k9" * 40 + "!aZ",
    "ALLOWED_HOSTS": "study.hospital.example",
    "SITE_URL": "https://study.hospital.example",
    "EMAIL_URL": "smtp://user:secret@mail.hospital.example:587",
}


def check(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "HOME"}}
    environment = {
        **kept,
        "READERSTUDY_ENV": "production",
        "READERSTUDY_HOME": str(tmp_path),
        **NEEDED,
        **changes,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
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
        ({"READERSTUDY_ENV": "produktion"}, "it has to be one of development, production"),
        ({"DATABASE_URL": "mysql://x@y/z"}, "no other database is supported"),
        ({"IDLE_MINUTES": "soon"}, "IDLE_MINUTES is 'soon'; it has to be a whole number"),
        ({"REQUIRE_SECOND_FACTOR": "yes"}, "REQUIRE_SECOND_FACTOR is 'yes'; it has to be 0 or 1"),
    ],
)
def test_what_is_missing_or_wrong_fails_loudly_by_name(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = check(tmp_path, **changes)
    assert done.returncode != 0
    assert sentence in done.stderr
