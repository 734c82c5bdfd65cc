"""The built wheel works outside a checkout, and the project's files agree on what it is."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.migrated import copy_to_sqlite

ROOT = Path(__file__).parents[1]
PAGE = """
from django.test import Client
from django.contrib.staticfiles.finders import find
page = Client().get("/accounts/login/")
print(page.status_code, b"<title>" in page.content, find("viewer/dist/viewer.js") or find("favicon.svg"))
"""


def run(*command: object, cwd: Path, **environment: str) -> str:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABASE_", "READERSTUDY_", "PYTHONPATH"))
    }
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**kept, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of a fresh environment that has the built wheel; dependencies are lent to it."""
    folder = tmp_path_factory.mktemp("package")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT)
    run(*build, cwd=folder)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    packages = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=folder).strip())
    lent = [path for path in sys.path if path.endswith("-packages")]
    (packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    (wheel,) = (folder / "dist").glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index")
    run(*pip, "--disable-pip-version-check", "--ignore-installed", wheel, cwd=folder)
    return python.parent


@pytest.mark.slow
def test_the_installed_wheel_serves_and_computes_from_any_folder(
    installed: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    place = {"HOME": str(tmp_path), "XDG_DATA_HOME": ""}
    database = tmp_path / ".local/share/readerstudy/readerstudy.sqlite3"
    copy_to_sqlite(database, pytestconfig.cache.mkdir("migrated"))  # migrating takes half a minute
    run(installed / "readerstudy", "migrate", "--check", cwd=tmp_path, **place)
    shell = (installed / "readerstudy", "shell", "-v0", "-c", PAGE)
    status, title, static = run(*shell, cwd=tmp_path, **place).split()
    assert (status, title) == ("200", "True")
    package = Path(static).parents[3]
    assert package.is_relative_to(installed.parent)
    migrations = "*/migrations/*.py"
    assert {path.relative_to(package) for path in package.glob(migrations)} == {
        path.relative_to(ROOT / "readerstudy") for path in (ROOT / "readerstudy").glob(migrations)
    }
    code = "import analysis, generation; print(analysis.__file__); print(generation.bundled_checkpoint())"
    for line in run(installed / "python", "-c", code, cwd=tmp_path).splitlines():
        assert Path(line).is_file()
        assert Path(line).is_relative_to(installed.parent)
    assert "report" in run(installed / "python", "-m", "analysis", "--help", cwd=tmp_path)
    assert "sample" in run(installed / "python", "-m", "generation", "--help", cwd=tmp_path)


def test_the_citation_names_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(rf"^version: {re.escape(version)}$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
