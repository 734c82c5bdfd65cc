"""The environment says how to speak to the database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = """
import json
from readerstudy import settings
print(json.dumps(settings.DATABASES["default"], default=str))
"""
URL = "postgresql://reader@db/study?sslmode=require"


def run(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "HOME"}}
    environment = {**kept, "READERSTUDY_HOME": str(tmp_path), **changes}
    command = [sys.executable, "-c", READ]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def database(tmp_path: Path, **changes: str) -> Any:
    done = run(tmp_path, **{"DATABASE_URL": URL, **changes})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_statements_are_prepared_not_compiled_and_the_address_keeps_its_options(tmp_path: Path) -> None:
    found = database(tmp_path)
    assert found["OPTIONS"] == {
        "sslmode": "require",
        "server_side_binding": True,
        "prepare_threshold": 3,
        "options": "-c jit=off",
    }
    assert found["CONN_MAX_AGE"] == 60


def test_options_of_the_address_stand_beside_ours(tmp_path: Path) -> None:
    found = database(tmp_path, DATABASE_URL="postgresql://reader@db/study?options=-c%20work_mem%3D8MB")
    assert found["OPTIONS"]["options"] == "-c work_mem=8MB -c jit=off"


def test_behind_a_pooler_nothing_outlives_a_transaction(tmp_path: Path) -> None:
    found = database(tmp_path, DATABASE_POOLER="1")
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert found["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_threads_share_the_connections_of_a_process(tmp_path: Path) -> None:
    found = database(tmp_path, DATABASE_CONNECTIONS="5")
    assert found["OPTIONS"]["pool"]["max_size"] == 5
    assert found["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DATABASE_POOLER": "yes"}, "DATABASE_POOLER is 'yes'; it has to be 0 or 1."),
        ({"DATABASE_CONNECTIONS": "-1"}, "DATABASE_CONNECTIONS is '-1'; it has to be a whole number."),
    ],
)
def test_a_wrong_value_is_named(changes: dict[str, str], sentence: str, tmp_path: Path) -> None:
    assert sentence in run(tmp_path, DATABASE_URL=URL, **changes).stderr
