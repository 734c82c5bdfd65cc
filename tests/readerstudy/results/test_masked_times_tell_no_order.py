"""An analyst holds the times of a masked bundle against the log, to learn in which order trials were read."""

import csv
import random
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.results.bundle import export_bundle
from readerstudy.results.bundle.coarse import coarse, coarse_sql
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import QUARTETS, Locked, a_locked_study, an_answer, protocol_text
from tests.readerstudy.results.bundles import table

pytestmark = pytest.mark.django_db

TRIALS = 30
SECTIONS = QUARTETS.format(trials=TRIALS)


@pytest.fixture
def read() -> tuple[Locked, list[int]]:
    """Read by one with times as people have them, which are in the log as gaps between answers; frozen."""
    made = a_locked_study(protocol_text(sections=SECTIONS), readers=("rita",))
    chance, took = random.Random(5), []
    rita, person = made.reading("rita"), made.people["rita"]
    while (shown := Walk(rita).current) is not None:
        took.append(round(12_000 * chance.lognormvariate(0, 0.6)))
        timing = Timing(response_ms=took[-1])
        respond(rita, shown.token, an_answer(rita), by=person, client_uuid=uuid4(), timing=timing)
    freeze_study(made.study, by=made.owner, reason="done")
    return made, took


def linked(rows: list[dict[str, str]], gaps: list[int]) -> float:
    """The share of rows that an analyst puts at their place, guessing among equals."""
    alike = Counter(row["response_ms"] for row in rows)
    fits = {str(ms) for gap in gaps for ms in (gap, coarse(gap))}
    return sum(1 / alike[row["response_ms"]] for row in rows if row["response_ms"] in fits) / len(rows)


@pytest.mark.parametrize("name", ["picks.csv", "answers.csv"])
def test_few_trials_are_put_at_their_place_by_their_times(
    read: tuple[Locked, list[int]], name: str, tmp_path: Path
) -> None:
    made, took = read
    rows = table(export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True), name)
    rows = list({row["trial"]: row for row in rows}.values())
    assert len(rows) == TRIALS
    assert linked(rows, took) < 0.25


def test_the_codebook_says_how_coarse_times_are(read: tuple[Locked, list[int]], tmp_path: Path) -> None:
    made, _ = read
    out = export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    with (out / "codebook.csv").open(encoding="utf-8") as stream:
        meaning = {(row["file"], row["column"]): row["meaning"] for row in csv.DictReader(stream)}
    assert "3200 for 2 to 5 s" in meaning["picks.csv", "response_ms"]


def test_times_are_exact_once_the_study_is_unblinded(read: tuple[Locked, list[int]], tmp_path: Path) -> None:
    made, took = read
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.people["anna"], reason="done")
    out = export_bundle(made.study, tmp_path / "whole", by=made.owner, masked=False)
    rows = sorted(table(out, "picks.csv"), key=lambda row: int(row["order"]))
    assert [int(row["response_ms"]) for row in rows] == took


def test_database_and_python_round_alike_and_count_the_fast_alike() -> None:
    edges = [edge + by for edge in (100, 200, 500, 1000, 2000, 5000, 10**6, 10**7) for by in (-1, 0, 1)]
    with connection.cursor() as cursor:
        for ms in (0, 1, 99, *edges, 10**9):
            cursor.execute(f"SELECT {coarse_sql(str(ms))}")
            assert cursor.fetchone() == (coarse(ms),)
            assert (ms < 1000) == ((coarse(ms) or 0) < 1000)
    assert coarse(None) is None
    assert coarse(12_345) == 14_000
