"""Commands on a fresh clone: no database, or none that can be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*words: object, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "STORAGE_URL"}}
    return subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**kept, "READERSTUDY_HOME": str(home), **environment},
    )


def test_synthetic_images_need_no_database_and_no_apps(tmp_path: Path) -> None:
    code = (
        "from django.apps import apps; from readerstudy.command_line import main; main(); print(apps.ready)"
    )
    out, home = tmp_path / "out", tmp_path / "home"
    made = run("-c", code, "generate_synthetic", "--count", "1", "--steps", "1", "--out", out, home=home)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1] == "False"
    assert sorted(path.name for path in out.iterdir()) == ["000000.png", "manifest.csv", "request.json"]
    assert list(home.glob("*.sqlite3")) == []


def test_a_wrong_request_is_refused_without_loading_torch(tmp_path: Path) -> None:
    code = "import sys; from readerstudy.command_line import main\n"
    code += "try: main()\nfinally: print('torch' in sys.modules)"
    asked = run("-c", code, "generate_synthetic", "--count", "0", "--out", tmp_path / "out", home=tmp_path)
    assert (asked.returncode, asked.stdout) == (1, "False\n")
    assert asked.stderr == "CommandError: cannot make 0 images: ask for 1 or more\n"


@pytest.mark.parametrize(
    "command",
    [
        ["show", "knees"],
        ["generate_synthetic", "--count", 1, "--out", "x", "--study", "knees", "--source", "a"],
    ],
)
def test_a_command_on_an_empty_database_says_what_to_run(command: list[object], tmp_path: Path) -> None:
    asked = run("manage.py", *command, home=tmp_path)
    assert asked.returncode == 1
    assert asked.stderr.startswith("CommandError: The database is not set up for this version: ")
    assert asked.stderr.endswith("Run: python manage.py migrate\n")
    assert len(asked.stderr.splitlines()) == 1


def test_a_command_says_that_the_database_cannot_be_reached(tmp_path: Path) -> None:
    asked = run("manage.py", "show", "knees", home=tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert asked.returncode == 1
    assert asked.stderr.startswith("CommandError: The database cannot be reached: ")
    assert len(asked.stderr.splitlines()) == 1


def test_a_command_that_migrates_says_it_too(tmp_path: Path) -> None:
    asked = run("manage.py", "migrate", home=tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert asked.returncode == 1
    assert asked.stderr.startswith("CommandError: The database cannot be reached: ")
    assert len(asked.stderr.splitlines()) == 1


def test_files_collected_by_an_older_version_are_replaced_whatever_their_dates(tmp_path: Path) -> None:
    home = tmp_path / "home"
    collected = home / "static" / "favicon.svg"
    collected.parent.mkdir(parents=True)
    collected.write_text("of the version before")
    production = {
        "READERSTUDY_ENV": "production",
        "SECRET_KEY": "of-these-tests-and-of-nothing-else-0123456789abcdefgh",
        "ALLOWED_HOSTS": "readers.example",
        "SITE_URL": "https://readers.example",
        "EMAIL_URL": "smtp://127.0.0.1",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "SECRETS_KEY_FILE": str(tmp_path / "studies.key"),
    }
    done = run("manage.py", "collectstatic", "--noinput", "--no-post-process", home=home, **production)
    assert done.returncode == 0, done.stderr
    assert collected.read_bytes() == (ROOT / "static" / "favicon.svg").read_bytes()
