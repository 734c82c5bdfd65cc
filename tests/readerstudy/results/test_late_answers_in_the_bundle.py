"""A call that came too late is missing: it has a row in answers.csv and none among the calls."""

import csv
from pathlib import Path
from uuid import uuid4

import pytest

from analysis.bundle import read_bundle
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from tests.readerstudy.factory import CALLS, Locked, a_locked_study, an_answer, protocol_text

pytestmark = pytest.mark.django_db


def answer_within(made: Locked, name: str, response_ms: int) -> None:
    reading = made.reading(name)
    current = Walk(reading).current
    assert current is not None
    how = {"by": made.people[name], "client_uuid": uuid4(), "timing": Timing(response_ms=response_ms)}
    respond(reading, current.token, an_answer(reading), **how)  # type: ignore[arg-type]


def test_a_late_call_is_missing_and_no_call(tmp_path: Path) -> None:
    made = a_locked_study(protocol_text(sections=CALLS + "answer_within_ms = 2000\n"))
    for name in ("rita", "ron"):
        for response_ms in (900, 2400, 2600, 9000):
            answer_within(made, name, response_ms)
    freeze_study(made.study, by=made.owner, reason="read")
    folder = tmp_path / "bundle"
    export_bundle(made.study, folder, masked=True, by=made.owner)
    with (folder / "calls.csv").open() as calls, (folder / "answers.csv").open() as answers:
        assert len(list(csv.DictReader(calls))) == 4
        assert [row["missing"] for row in csv.DictReader(answers)].count("time") == 4
    read_bundle(folder)
