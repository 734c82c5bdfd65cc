"""The archive of a study computes the report again: its own command, on what it asks for and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from readerstudy.results.exports import reproduction_zip
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import CALLS, CHECKS, QUARTETS, Locked, a_locked_study, protocol_text

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
#: Instead of pip, which would need a network: lends the packages that the file names, and no others.
PIP = """
import sys
from importlib.metadata import distributions
from pathlib import Path

lent = {dist.metadata["Name"].lower().replace("_", "-"): dist for dist in distributions(path=PATHS)}
for line in Path(sys.argv[sys.argv.index("--requirement") + 1]).read_text().split():
    name, version = line.split("==")
    assert lent[name].version == version, line
    for top in {file.parts[0] for file in lent[name].files} - {"..", "__pycache__"}:
        if not (Path(__file__).parent / top).exists():
            (Path(__file__).parent / top).symlink_to(lent[name].locate_file(top))
"""
PYTHON = """#!/bin/sh
set -e
"{python}" -m venv --without-pip "$3"
cp "$(dirname "$0")/pip.py" "$3"/lib/python3.*/site-packages/
"""


def unblinded() -> Locked:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=4) + CALLS + CHECKS), readers=())
    simulate_readers(made.study, 2, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    for step in (freeze_study, request_unblinding, confirm_unblinding):
        step(made.study, by=made.owner, reason="done")
    return made


def a_machine(folder: Path) -> dict[str, str]:
    """Return the environment of a machine whose python3 knows no packages."""
    folder.mkdir()
    paths = [path for path in sys.path if path.endswith("-packages")]
    (folder / "pip.py").write_text(PIP.replace("PATHS", repr(paths)), encoding="utf-8")
    (folder / "python3").write_text(PYTHON.format(python=sys.executable), encoding="utf-8")
    (folder / "python3").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)}


def test_the_command_of_the_archive_makes_the_same_report_elsewhere(tmp_path: Path) -> None:
    made = unblinded()
    first = export_report(made.study, tmp_path / "first", by=made.owner, formats=["json"])
    with zipfile.ZipFile(reproduction_zip(made.study, tmp_path / "made.zip", by=made.owner)) as archive:
        archive.extractall(tmp_path / "elsewhere")
    done = subprocess.run(
        ["sh", str(tmp_path / "elsewhere" / "reproduce.sh")],
        cwd=tmp_path,
        env=a_machine(tmp_path / "machine"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "were shown as planned" in done.stdout
    again = tmp_path / "elsewhere" / "report"
    assert (again / "report.json").read_bytes() == (first / "report.json").read_bytes()
    assert {"report.html", "report.pdf", "report.xlsx", "tables"} <= {path.name for path in again.iterdir()}
