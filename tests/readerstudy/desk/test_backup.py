"""A backup made while studies are there, restored into an empty installation, is the same installation."""

import json
import os
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from readerstudy.studies.models import Study
from tests.postgresql import Cluster
from tests.readerstudy.factory import a_planned_study
from tests.readerstudy.object_store import a_bucket

ROOT = Path(__file__).parents[3]
SHOWN = """
import json
from readerstudy.studies.models import Study
from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import damaged
slugs = list(Study.objects.values_list("slug", flat=True))
print(json.dumps([slugs, Image.objects.count(), list(damaged(Image.objects.all()))]))
"""
RESTORED_INTO_A_BUCKET = """
import sys
import boto3, django
from django.core.management import call_command
from moto import mock_aws
django.setup()
with mock_aws():
    boto3.resource("s3").create_bucket(Bucket="other")
    call_command("restore", sys.argv[1], verbosity=0)
    exec(sys.argv[2])
"""


def manage(*words: object, home: Path, database: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "STORAGE_URL"}}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**kept, "READERSTUDY_HOME": str(home), **({"DATABASE_URL": database} if database else {})},
    )


@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_has_the_studies_the_images_and_the_files(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    study = a_planned_study()
    report = Path(settings.HOME) / "reports" / study.slug / "report.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("the report", encoding="utf-8")
    file, home = tmp_path / "copy.tar", tmp_path / "restored"
    call_command("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    database = ""
    if connection.vendor == "postgresql":
        cluster = Cluster()
        request.addfinalizer(cluster.stop)
        database = cluster.url
    done = manage("restore", file, home=home, database=database)
    assert done.returncode == 0, done.stderr
    assert (home / "reports" / study.slug / "report.html").read_text() == "the report"
    shown = manage("shell", "-v0", "-c", SHOWN, home=home, database=database)
    slugs, images, lost = json.loads(shown.stdout)
    assert (slugs, lost) == ([study.slug], [])
    assert images > 0
    again = manage("restore", file, home=home, database=database)
    assert again.returncode == 1
    assert "Restore into an empty one, by another DATABASE_URL" in again.stderr
    assert list(home.glob("*.key")) == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_replaces_no_file_and_a_restore_takes_no_other_file(tmp_path: Path) -> None:
    file = tmp_path / "copy.tar"
    file.write_text("something else", encoding="utf-8")
    with pytest.raises(CommandError, match=r"copy\.tar exists already"):
        call_command("backup", file)
    with pytest.raises(CommandError, match="no backup of readerstudy"):
        call_command("restore", file)
    assert not Study.objects.exists()


def test_an_installation_without_tables_is_not_backed_up(tmp_path: Path) -> None:
    file = tmp_path / "copy.tar"
    done = manage("backup", file, home=tmp_path / "mistyped", database="")
    assert done.returncode == 1
    assert "The database holds no tables." in done.stderr
    assert not file.exists()


@pytest.mark.django_db(transaction=True)
def test_images_in_an_object_store_are_in_the_backup_and_come_back_into_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with a_bucket(monkeypatch):
        study, file = a_planned_study(), tmp_path / "copy.tar"
        call_command("backup", file)
    with tarfile.open(file) as archive:
        assert any(name.startswith("images/") for name in archive.getnames())
    database = {}
    if connection.vendor == "postgresql":
        cluster = Cluster()
        request.addfinalizer(cluster.stop)
        database = {"DATABASE_URL": cluster.url}
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    restored = subprocess.run(
        [sys.executable, "-c", RESTORED_INTO_A_BUCKET, str(file), SHOWN],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={
            **kept,
            **database,
            "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
            "READERSTUDY_HOME": str(tmp_path / "restored"),
            "STORAGE_URL": "s3://other/pixels",
        },
    )
    assert restored.returncode == 0, restored.stderr
    slugs, images, lost = json.loads(restored.stdout.splitlines()[-1])
    assert (slugs, lost) == ([study.slug], [])
    assert images > 0
