"""How fast a masked bundle is exported, beside the database's own copy of the same rows, and in what memory.

    python tests/bench/bench_export.py [--quick] [--database sqlite]

Two studies of the same 10,000 images, one with ten readers, one with a hundred (1,000,000 answers; on SQLite
only the first). Each is exported by a fresh process, whose peak memory is its own; answers a second are of
`write_bundle`. The floor is `COPY (SELECT ...)` with one join for each name (SQLite: the same SELECT into
Python's csv). What it costs to hold a study against its log first is in bench_integrity.py.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.full_desk import (  # noqa: E402
    a_platform,
    a_study,
    images_in_storage,
    lock,
    plan_and_people,
    read,
    sql,
)

FULL, QUICK = 10_000, 500
READERS = {"few": 10, "many": 100}
WANTED = {"postgresql": 100_000, "sqlite": 50_000}
PLACES = "WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < %s)"
#: What `full_desk` does for PostgreSQL, as far as an export reads it.
PRESENTATIONS = f"""INSERT INTO reading_presentation (section_id, trial_id, place, "order", token)
    {PLACES} SELECT t.section_id, t.id, n, t.number, n || '/' || t.id FROM studies_trial t, place"""
SLOTS = """INSERT INTO reading_slot (presentation_id, position, trial_image_id, token)
    SELECT p.id, 0, i.id, 's' || p.id FROM reading_presentation p
    JOIN studies_trialimage i ON i.trial_id = p.trial_id"""
RESPONSES = """INSERT INTO reading_response (presentation_id, enrolment_id, revision, client_uuid, digest,
      received_at, call, confidence, verdict, observed, response_ms, active_ms, timing)
    SELECT p.id, e.id, 1, lower(hex(randomblob(16))), '', CURRENT_TIMESTAMP,
      CASE WHEN random() %% 2 = 0 THEN 'real' ELSE 'synthetic' END, 1 + abs(random() %% 3), '', '{}',
      4000, 3900, '{}'
    FROM reading_presentation p JOIN studies_enrolment e ON e.place = p.place"""
FLOOR = """
    SELECT s.name, e.pseudonym, t.number, i.number, r.call, r.confidence, r.response_ms, p.repeats_id
    FROM reading_response r JOIN reading_presentation p ON p.id = r.presentation_id
    JOIN studies_enrolment e ON e.id = r.enrolment_id JOIN studies_trial t ON t.id = p.trial_id
    JOIN studies_section s ON s.id = p.section_id JOIN reading_slot l ON l.presentation_id = p.id
    JOIN studies_trialimage i ON i.id = l.trial_image_id
    WHERE e.study_id = {} ORDER BY e.pseudonym, t.number"""


def fill(images: int, database: str) -> None:
    from readerstudy.accounts.models import User
    from readerstudy.studies.lead import make_leader
    from readerstudy.studies.models import Study

    owner = User.objects.create_user("owner@example.org", "a password of the bench", name="Olga Owner")
    make_leader(owner, by=User.objects.operator())
    stored = images_in_storage(images)
    if database == "sqlite":
        plan_and_people(a_study("few", images, READERS["few"], stored, owner), images, READERS["few"], owner)
        sql(PRESENTATIONS, READERS["few"])
        sql(SLOTS)
        lock(Study.objects.get(), READERS["few"], owner)
        sql(RESPONSES)
        return
    for name, readers in READERS.items():
        read(a_study(name, images, readers, stored, owner), images, readers, owner)
    sql("ANALYZE")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def export(name: str) -> None:
    """In a process of its own: the export and its floor, answers a second, and memory beyond the start."""
    import django

    django.setup()
    from django.db import connection

    from readerstudy.results.bundle.export import write_bundle
    from readerstudy.studies.models import Study

    study = Study.objects.get(slug=name)
    with tempfile.TemporaryDirectory() as folder:
        floor = timed(lambda: copy_plainly(FLOOR.format(study.pk), Path(folder) / "floor.csv"))
    before, times = peak_mb(), []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            times.append(timed(lambda folder=folder: write_bundle(study, Path(folder), masked=True)))
            with (Path(folder) / "calls.csv").open() as calls:
                rows = sum(1 for _ in calls) - 1
    took, wanted = min(times), WANTED[connection.vendor]
    sys.stdout.write(
        f"{connection.vendor}, {rows:>9,} answers: {took:5.2f} s, {rows / took:>7,.0f} a second, "
        f"{rows / took / wanted:.1f} of what is wanted, {floor / took:.2f} of the floor's speed; "
        f"{before:.0f} MB before, {peak_mb():.0f} MB at most\n"
    )


def timed(function: object) -> float:
    start = time.perf_counter()
    function()  # type: ignore[operator]
    return time.perf_counter() - start


def copy_plainly(select: str, path: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor, path.open("wb") as file:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
                for block in copy:
                    file.write(block)
            return
    with connection.cursor() as cursor, path.open("w", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows(cursor.execute(select))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the images and answers")
    parser.add_argument("--database", choices=[*WANTED, "both"], default="both")
    parser.add_argument("--one", choices=READERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        export(given.one)
        return 0
    if given.database == "both":
        for database in WANTED:  # settings are read once in a process
            again = [sys.executable, __file__, "--database", database, *["--quick"] * given.quick]
            subprocess.run(again, check=True, cwd=ROOT)
        return 0
    with a_platform(database=given.database):
        fill(QUICK if given.quick else FULL, given.database)
        for name in READERS if given.database == "postgresql" else ("few",):
            subprocess.run(
                [sys.executable, __file__, "--one", name], check=True, cwd=ROOT, env=dict(os.environ)
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
