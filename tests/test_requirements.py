"""A missing server or browser fails the run by name; it is no skip."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import requirements


@pytest.fixture(autouse=True)
def _neither_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "missing", lambda: ["postgresql", "chromium"])


def test_who_may_not_install_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert requirements.main() == 1
    assert "sudo apt-get install postgresql chromium" in capsys.readouterr().err


def test_root_on_debian_has_them_installed_and_a_failure_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        ran.append(command)
        if "install" in command:
            raise subprocess.CalledProcessError(100, command)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("subprocess.run", run)
    assert requirements.main() == 1
    assert ran[1][:2] == ["apt-get", "install"]
    assert ran[1][-2:] == ["postgresql", "chromium"]
    assert "apt-get failed with 100" in capsys.readouterr().err


def test_what_builds_the_wheel_is_locked() -> None:
    root = Path(__file__).parents[1]
    asked = tomllib.loads((root / "pyproject.toml").read_text())["build-system"]["requires"]
    lines = (root / "requirements" / "build.in").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == asked
    locked = (root / "requirements" / "build.txt").read_text()
    assert all(f"\n{name.partition('>')[0]}==" in locked for name in asked)
