"""Anybody with an unmasked bundle recomputes the plan, and finds what was changed in either."""

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker

from readerstudy.audit.models import Event
from readerstudy.audit.record import record
from readerstudy.results.bundle import export_bundle
from readerstudy.results.exports import reproduction_zip
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.models import Study
from readerstudy.truth import lock
from readerstudy.truth.allocation.verify import verify_plan
from readerstudy.truth.errors import PlanNotVerified
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Plan
from readerstudy.truth.stored_plan import stored_digest
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    a_planned_study,
    brief,
    enrol,
    kept_for_a_module,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db
SECTIONS = PRACTICE + QUARTETS.format(trials=4) + "repeats = 1\ncatch = 1\n" + CALLS + CHECKS
#: Of each reader: in the tables of the tasks, and the same again in answers.csv, where a pick has three rows.
ROWS = 2 * (6 + 6 * 3 + 4 + 4) + 2 * (6 * 3 + 6 * 3 + 4 + 4)


def unblinded() -> Locked:
    made = a_locked_study(protocol_text(sections=SECTIONS))
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    end(made)
    return made


def end(made: Locked) -> None:
    for step in (freeze_study, request_unblinding, confirm_unblinding):
        step(made.study, by=made.owner, reason="all read")


@pytest.fixture(scope="module")
def exported(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The bundle of a study whose rows are gone: nothing but the bundle is needed."""
    with kept_for_a_module(django_db_blocker.unblock()):
        made, out = unblinded(), tmp_path_factory.mktemp("exported") / "bundle"
        return export_bundle(made.study, out, by=made.owner, masked=False)


@pytest.fixture
def bundle(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "bundle"))


def test_the_bundle_alone_gives_the_plan_and_every_row_fits(bundle: Path) -> None:
    verified = verify_plan(bundle)
    assert verified.rows == ROWS
    assert verified.plan_hash == json.loads((bundle / "study.json").read_text())["plan_hash"]
    said = StringIO()
    call_command("verify_plan", str(bundle), stdout=said)
    assert f"all {ROWS} rows were shown as planned" in said.getvalue()


def exchange(name: str, column: str, value: str = "") -> Callable[[Path], None]:
    """Give the first row of a table another row's value, or this one, as one who mends a result would."""

    def change(bundle: Path) -> None:
        path = bundle / name
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        first = rows[0]
        first[column] = value or next(row[column] for row in rows if row[column] != first[column])
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
        (exchange("ratings.csv", "source"), "Not shown as planned: ratings.csv line 2"),
        (exchange("ratings.csv", "slot"), "Not shown as planned: ratings.csv line 2"),
        (exchange("picks.csv", "picked"), "Not shown as planned: picks.csv line 2"),
        (exchange("picks.csv", "trial"), "Not shown as planned: picks.csv line"),
        (exchange("picks.csv", "slot_picked", "0"), "Not shown as planned: picks.csv line 2"),
        (exchange("picks.csv", "order", "first"), "Not shown as planned: picks.csv line 2"),
        (exchange("calls.csv", "reader", "R99"), "Not shown as planned: calls.csv line 2"),
        (exchange("calls.csv", "source"), "Not shown as planned: calls.csv line 2"),
        (exchange("checks.csv", "image"), "Not shown as planned: checks.csv line 2"),
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


def _without_commitment(*where: Any, particulars: dict[str, Any], **told: Any) -> None:
    """As locks were recorded before there were secrets."""
    record(
        *where,
        particulars={name: value for name, value in particulars.items() if name != "commitment"},
        **told,
    )


def test_a_study_locked_before_there_were_secrets_says_so_wherever_it_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_planned_study(protocol_text(trials=2))
    plan = Plan.objects.get(study=study)
    plan.seed = 7
    Plan.objects.filter(pk=plan.pk).update(seed=7, digest=stored_digest(study, plan))
    with monkeypatch.context() as before:
        before.setattr(Plan, "fits", lambda *_: True)
        before.setattr(lock, "record", _without_commitment)
        lock_study(study, by=study.created_by, reason="ready")
    made = Locked(study=Study.objects.get(pk=study.pk), owner=study.created_by)
    for place, name in enumerate(("rita", "ron"), start=1):
        enrol(made, name, place)
        brief(made.reading(name))
        list(read_everything(made.reading(name)))
    end(made)
    event = Event.objects.get(stream__name=study.scope, verb="study unblinded")
    assert "plan_secret" not in event.particulars
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    told = json.loads((bundle / "study.json").read_text())
    assert (told["plan_computable_from_protocol"], told["plan_secret"]) == (True, None)
    with pytest.raises(PlanNotVerified, match="computable from the protocol"):
        verify_plan(bundle)
    export_report(made.study, tmp_path / "report", by=made.owner, formats=("html",))
    assert "Plan computable from the protocol" in (tmp_path / "report" / "report.html").read_text()
    page = signed_in(made.owner).get(f"/studies/{study.slug}/result/").content.decode()
    assert "The plan can be computed from the protocol" in page
