"""A missing server or browser fails the run by name; it is no skip."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import requirements

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


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


def locked(name: str) -> set[str]:
    """Return every package of a lock, with its version."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([\w.-]+==[^\s;]+)", text, re.MULTILINE))


def test_what_builds_the_wheel_is_locked() -> None:
    asked = PROJECT["build-system"]["requires"]
    lines = (ROOT / "requirements" / "build.in").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == asked
    assert {name.partition(">")[0] for name in asked} <= {pin.partition("==")[0] for pin in locked("build")}


def test_a_server_is_locked_without_what_generates_images() -> None:
    server, generation = locked("server"), locked("generation")
    extra = {
        canonicalize_name(Requirement(line).name)
        for line in PROJECT["project"]["optional-dependencies"]["generation"]
    }
    of_generation = {pin.partition("==")[0] for pin in generation - server}
    assert extra - {"torch"} <= of_generation
    assert {pin.partition("==")[0] for pin in server - generation} == {"rfc3161-client"}
    assert server | generation <= locked("development")
