"""What exporting a bundle costs in memory when it has ten times as many answers: nothing more.

    python tests/bench/bench_export.py [--quick]

Two studies of the same images, one with ten readers, one with a hundred (1,000,000 answers). Each is
exported, as the zip archive that the desk hands out, by a fresh process, whose peak memory is its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.full_desk import a_platform, a_study, images_in_storage, read, sql  # noqa: E402

FULL, QUICK = 10_000, 500
READERS = {"few": 10, "many": 100}


def fill(images: int) -> None:
    from readerstudy.accounts.models import User

    owner = User.objects.create_user("owner@example.org", "a password of the bench", name="Olga Owner")
    stored = images_in_storage(images)
    for name, readers in READERS.items():
        read(a_study(name, images, readers, stored, owner), images, readers, owner)
    sql("ANALYZE")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def export(name: str) -> None:
    """In a process of its own: one archive, its rows, its seconds, and the memory beyond the start."""
    import zipfile
    from unittest.mock import patch

    import django

    django.setup()
    from readerstudy.desk.archives import bundle_archive
    from readerstudy.studies.models import Study

    study = Study.objects.get(slug=name)
    before, start = peak_mb(), time.perf_counter()
    # The rows were written by SQL and have no events; bench_integrity.py measures the check.
    with patch("readerstudy.results.bundle.export.require_whole"):
        archive, _ = bundle_archive(study, by=study.created_by)
    took, peak = time.perf_counter() - start, peak_mb()
    with archive, zipfile.ZipFile(archive) as zipped, zipped.open("calls.csv") as calls:
        rows = sum(1 for _ in calls) - 1
    sys.stdout.write(
        f"{rows:>9,} answers: {took:6.1f} s, {before:.0f} MB at the start, {peak:.0f} MB at most\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the images and answers")
    parser.add_argument("--one", choices=READERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        export(given.one)
        return 0
    with a_platform():
        fill(QUICK if given.quick else FULL)
        for name in READERS:
            subprocess.run([sys.executable, __file__, "--one", name], check=True, cwd=ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
