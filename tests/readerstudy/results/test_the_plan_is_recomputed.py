"""Anybody with an unmasked bundle recomputes the plan, and finds what was changed in either."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from readerstudy.results.bundle import export_bundle
from readerstudy.results.exports import reproduction_zip
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.allocation.verify import verify_plan
from readerstudy.truth.errors import PlanNotVerified
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    protocol_text,
    read_everything,
)

pytestmark = pytest.mark.django_db
SECTIONS = PRACTICE + QUARTETS.format(trials=4) + "repeats = 1\ncatch = 1\n" + CALLS + CHECKS
ROWS = 2 * (6 + 6 * 3 + 4 + 4)


def unblinded() -> Locked:
    made = a_locked_study(protocol_text(sections=SECTIONS))
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="all read")
    request_unblinding(made.study, by=made.owner, reason="all read")
    confirm_unblinding(made.study, by=made.owner, reason="all read")
    return made


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = unblinded()
    return export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)


def test_the_bundle_alone_gives_the_plan_and_every_row_fits(bundle: Path) -> None:
    verified = verify_plan(bundle)
    assert verified.rows == ROWS
    assert verified.plan_hash == json.loads((bundle / "study.json").read_text())["plan_hash"]
    said = StringIO()
    call_command("verify_plan", str(bundle), stdout=said)
    assert f"all {ROWS} rows were shown as planned" in said.getvalue()


def exchange(name: str, column: str) -> Callable[[Path], None]:
    """Give the first row of a table another row's value, as somebody who mends a result would."""

    def change(bundle: Path) -> None:
        path = bundle / name
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        first = rows[0]
        other = next(row for row in rows if row[column] != first[column])
        first[column] = other[column]
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(first), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return change


def say(**changes: str) -> Callable[[Path], None]:
    def change(bundle: Path) -> None:
        path = bundle / "study.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def revise(bundle: Path) -> None:
    path = bundle / "protocol.toml"
    path.write_text(path.read_text().replace("seed = 7", "seed = 8"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (exchange("pool.csv", "source"), "The recomputed plan has another hash"),
        (exchange("pool.csv", "image"), "The recomputed plan has another hash"),
        (exchange("ratings.csv", "source"), "Shown otherwise than planned: ratings.csv line 2"),
        (exchange("ratings.csv", "slot"), "Shown otherwise than planned: ratings.csv line 2"),
        (exchange("picks.csv", "picked"), "Shown otherwise than planned: picks.csv line 2"),
        (exchange("picks.csv", "trial"), "Shown otherwise than planned: picks.csv line"),
        (exchange("calls.csv", "source"), "Shown otherwise than planned: calls.csv line 2"),
        (exchange("checks.csv", "image"), "Shown otherwise than planned: checks.csv line 2"),
        (say(plan_secret="00" * 32), "not the one that the commitment was made to"),
        (say(plan_hash="0" * 64), "The recomputed plan has another hash"),
        (revise, "not the protocol that the study was locked with"),
    ],
)
def test_whatever_is_changed_is_found_with_its_row(
    bundle: Path, change: Callable[[Path], None], sentence: str
) -> None:
    change(bundle)
    with pytest.raises(PlanNotVerified, match=sentence):
        verify_plan(bundle)
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_plan", str(bundle))


def test_pseudonyms_in_the_bundle_are_no_numbers_in_an_order(bundle: Path) -> None:
    with (bundle / "ratings.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {len(row["image"]) for row in rows} == {11}
    assert all(not name[1:].isdecimal() for row in rows for name in (row["image"], row["trial"]))


def test_reproduce_zip_verifies_the_plan_without_django(tmp_path: Path) -> None:
    made = unblinded()
    path = reproduction_zip(made.study, tmp_path / "reproduce.zip", by=made.owner)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert "readerstudy.truth.allocation bundle" in (tmp_path / "unpacked" / "reproduce.sh").read_text()
    forbid = "import sys; sys.modules['django'] = None; import runpy; "
    run = "sys.argv = ['x', 'bundle']; runpy.run_module('readerstudy.truth.allocation', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {forbid}{run}"],
        cwd=tmp_path / "unpacked",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"all {ROWS} rows were shown as planned" in done.stdout


def test_a_masked_bundle_carries_neither_secret_nor_pool(tmp_path: Path) -> None:
    made = unblinded()
    masked = export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    names = {path.name for path in masked.iterdir()}
    assert not names & {"pool.csv", "protocol.toml"}
    told = "".join(path.read_text() for path in masked.iterdir())
    assert "plan_secret" not in told
    with pytest.raises(PlanNotVerified, match="masked bundle holds no plan secret"):
        verify_plan(masked)
