"""How fast the desk answers when it is full: 100 studies, 10,000 images, 1,000,000 answers, in PostgreSQL.

    python tests/bench/bench_desk.py [--quick] [--rounds 20] [--export] [--explain PAGE]

Starts a PostgreSQL of its own in a temporary folder and fills it: a small study made by the platform's own
verbs is multiplied by SQL. Half of the answers lie in one study. Pages are asked for through Django, without
a network in between; each is compared to the limit of 200 ms and to the barest page that asks the database.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Callable

    from readerstudy.studies.models import Study

LIMIT_MS = 200
FORMAT = "{:34} {:>8} {:>8} {:>8} {:>9} {:>9}\n"


@dataclass(frozen=True, kw_only=True)
class Size:
    """`images`, `trials` and `readers` are those of the large study; the others share the second half."""

    studies: int
    images: int
    trials: int
    readers: int
    small_trials: int
    small_readers: int

    @property
    def answers(self) -> int:
        return self.trials * self.readers + (self.studies - 1) * self.small_trials * self.small_readers


FULL = Size(studies=100, images=10_000, trials=5_000, readers=100, small_trials=505, small_readers=10)
QUICK = Size(studies=10, images=1_000, trials=500, readers=40, small_trials=200, small_readers=10)

PROTOCOL = """\
[study]
title = "Bench {name}"
seed = 1
readers = {readers}
places = {readers}
[canvas]
width = 16
height = 16
bits = 8
[[sources]]
name = "real"
kind = "real"
[[sources]]
name = "model"
kind = "synthetic"
[margins]
detection = 0.10
[[sections]]
name = "calls"
task = "call"
trials = {trials}
compose = {{ real = {half}, model = {rest} }}
confidence = 3
"""


def fill(size: Size) -> tuple[Study, Study]:
    """The large study, which is read to the end, and a draft of the same size."""
    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Study

    owner = User.objects.create_user("owner@example.org", "a password of the bench", name="Olga Owner")
    images = _images(size.images)
    large = _study("large", size.images, size.readers, images, owner)
    _read(large, size.trials, size.readers, owner)
    for number in range(1, size.studies - 1):
        small = _study(f"small-{number}", size.small_trials, size.small_readers, images, owner)
        _read(small, size.small_trials, size.small_readers, owner)
    draft = _study("draft", size.images, size.small_readers, images, owner)
    _sql("ANALYZE")
    return Study.objects.get(pk=large.pk), draft


def _sql(statement: str, *parameters: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _images(count: int) -> list[int]:
    from readerstudy.imaging.canvas import Canvas
    from readerstudy.imaging.models import Image, key_of
    from readerstudy.imaging.normalise import digest_of
    from readerstudy.imaging.storage import image_storage

    rng, canvas = np.random.default_rng(1), Canvas(width=16, height=16, bits=8)
    rows = []
    folder = Path(image_storage().path(""))  # type: ignore[attr-defined]
    for number in range(count):
        pixels = rng.integers(0, 256, 256, np.uint8).tobytes()
        digest = digest_of(pixels, canvas)
        path = folder / key_of(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pixels)
        rows.append(Image(digest=digest, width=16, height=16, bits=8, group=f"g{number}"))
    return [row.pk for row in Image.objects.bulk_create(rows, 2_000)]


def _study(name: str, trials: int, readers: int, images: list[int], owner: Any) -> Study:
    """A study whose sources hold `trials` images, half of them real."""
    from readerstudy.studies.create import create_study
    from readerstudy.truth.blinding.gate import images_digest
    from readerstudy.truth.models import BlindingAudit, Provenance
    from readerstudy.truth.sources import source_of

    half = trials // 2
    text = PROTOCOL.format(name=name, readers=readers, trials=trials, half=half, rest=trials - half)
    study = create_study(text, by=owner, slug=name)
    real, model = source_of(study, "real"), source_of(study, "model")
    Provenance.objects.bulk_create(
        [
            Provenance(
                source=real if place < half else model, image_id=image, labels={"grade": "1"}, by=owner
            )
            for place, image in enumerate(images[:trials])
        ],
        2_000,
    )
    found = {"features": [], "originals": [], "sentence": "", "detectability": {"auc": {}}}
    BlindingAudit.objects.create(
        study=study, images_digest=images_digest(study), passed=True, document=found, by=owner
    )
    return study


PRESENTATIONS = """
INSERT INTO reading_presentation (section_id, trial_id, place, "order", token)
SELECT %s, t.id, p, t.number, md5(random()::text || t.id || '/' || p)::char(24)
FROM studies_trial t, generate_series(1, %s) p WHERE t.section_id = %s"""
SLOTS = """
INSERT INTO reading_slot (presentation_id, position, trial_image_id, token)
SELECT p.id, 0, i.id, md5(random()::text || p.id)::char(24)
FROM reading_presentation p JOIN studies_trialimage i ON i.trial_id = p.trial_id WHERE p.section_id = %s"""
RESPONSES = """
INSERT INTO reading_response (presentation_id, enrolment_id, revision, client_uuid, digest, received_at,
  call, confidence, verdict, observed, response_ms, active_ms, timing)
SELECT p.id, e.id, 1, gen_random_uuid(), '', now() - random() * interval '30 days',
  CASE WHEN random() < 0.5 THEN 'real' ELSE 'synthetic' END, 1 + floor(random() * 3), '', '{}',
  4000, 3900, '{}'
FROM reading_presentation p JOIN studies_enrolment e ON e.study_id = %s AND e.place = p.place
WHERE p.section_id = %s"""

TALLIES = """
INSERT INTO reading_tally (enrolment_id, section_id, day, answers, timed, active_ms, last_at, clock_gap)
SELECT enrolment_id, %s, received_at::date, COUNT(*), COUNT(*), SUM(active_ms), MAX(received_at), '1 second'
FROM reading_response r JOIN reading_presentation p ON p.id = r.presentation_id
WHERE p.section_id = %s GROUP BY enrolment_id, received_at::date"""

CHOICES = """
INSERT INTO reading_choice (enrolment_id, section_id, kind, value, times)
SELECT enrolment_id, %s, 'call', call, COUNT(*)
FROM reading_response r JOIN reading_presentation p ON p.id = r.presentation_id
WHERE p.section_id = %s GROUP BY enrolment_id, call"""
SITTINGS = """
INSERT INTO reading_sitting (enrolment_id, token, started_at, held_since, seen_at, screen, display_check)
SELECT id, gen_random_uuid(), now(), now(), now(), '{}', '{}' FROM studies_enrolment WHERE study_id = %s"""
#: A tab tells of a pause, of being hidden, of a resize: about once in ten answers.
ACTIVITIES = """
INSERT INTO reading_activity (sitting_id, kind, client_ms, received_at, particulars)
SELECT s.id, CASE WHEN n %% 2 = 0 THEN 'pause' ELSE 'hidden' END, n, now(), '{}'
FROM reading_sitting s JOIN studies_enrolment e ON e.id = s.enrolment_id, generate_series(1, %s) n
WHERE e.study_id = %s"""


def _read(study: Study, trials: int, readers: int, owner: Any) -> None:
    """Plan, lock and answers, written as the platform's verbs would have left them."""
    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Enrolment, Lock, Role, Section, Trial, TrialImage
    from readerstudy.truth.models import Key, Plan, Provenance

    section = Section.objects.create(study=study, position=1, name="calls", task="call")
    Trial.objects.bulk_create([Trial(section=section, number=n + 1) for n in range(trials)], 2_000)
    shown = Provenance.objects.filter(source__study=study).order_by("pk")[:trials]
    made = TrialImage.objects.bulk_create(
        [
            TrialImage(trial=trial, number=1, image_id=row.image_id)
            for trial, row in zip(section.trials.order_by("number"), shown, strict=True)
        ],
        2_000,
    )
    Key.objects.bulk_create(
        [
            Key(trial_image=image, provenance=row, alternative=row.source.name)
            for image, row in zip(made, shown.select_related("source"), strict=True)
        ],
        2_000,
    )
    people = User.objects.bulk_create(
        [User(email=f"{study.slug}-{place}@example.org") for place in range(1, readers + 1)]
    )
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                study=study,
                user=user,
                role=Role.READER,
                place=place,
                pseudonym=f"R{place:02}",
                invited_by=owner,
            )
            for place, user in enumerate(people, start=1)
        ]
    )
    _sql(PRESENTATIONS, section.pk, readers, section.pk)
    _sql(SLOTS, section.pk)
    _sql(RESPONSES, study.pk, section.pk)
    _sql(TALLIES, section.pk, section.pk)
    _sql(CHOICES, section.pk, section.pk)
    _sql(SITTINGS, study.pk)
    _sql(ACTIVITIES, trials // 10, study.pk)
    digest = "0" * 64
    Plan.objects.create(
        study=study,
        protocol_digest=study.protocol.digest,
        seed=1,
        places=readers,
        digest=digest,
        by=owner,
    )
    Lock.objects.create(
        study=study,
        protocol=study.protocol,
        protocol_digest=study.protocol.digest,
        plan_digest=digest,
        by=owner,
        reason="bench",
    )


def pages(large: Study, draft: Study) -> list[str]:
    """Every page of the desk that shows a study, and the API's reading addresses."""
    one = ("", "protocol/", "images/", "plan/", "audit/", "people/", "progress/", "log/", "ending/")
    more = ("preflight/", "result/", "playground/", "images/of/real/")
    api = ("", "/protocol", "/sources", "/progress", "/log", "/people", "/runs", "/audit", "/plan")
    return [
        "/studies/",
        "/studies/new/",
        *(f"/studies/{study.slug}/{page}" for study in (large, draft) for page in one + more),
        f"/studies/{draft.slug}/lock/",
        "/api/studies",
        *(f"/api/studies/{large.slug}{page}" for page in api),
    ]


def times(ask: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after two that warm up."""
    for _ in range(2):
        ask()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def bare() -> None:
    _sql("SELECT 1")


def measure(large: Study, draft: Study, rounds: int) -> list[str]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.readerstudy.people import confirm

    owner = large.created_by
    browser = Client(raise_request_exception=True)
    browser.force_login(owner)
    confirm(browser, owner)
    base, _ = times(lambda: browser.get("/accounts/email/"), rounds)
    sys.stdout.write(FORMAT.format("page", "p50 ms", "p95 ms", "queries", "of limit", "of bare"))
    slow = []
    for page in pages(large, draft):
        answer = browser.get(page)
        if answer.status_code != 200:
            sys.stdout.write(f"{page:34} {answer.status_code}\n")
            continue
        with CaptureQueriesContext(connection) as asked:
            browser.get(page)
            queries = len(asked)
        median, late = times(lambda page=page: browser.get(page), rounds)  # type: ignore[misc]
        numbers = f"{median:.1f}", f"{late:.1f}", queries, f"{late / LIMIT_MS:.2f}", f"{median / base:.1f}"
        sys.stdout.write(FORMAT.format(page, *numbers))
        sys.stdout.flush()
        if late > LIMIT_MS:
            slow.append(page)
    return slow


def explain(page: str, large: Study) -> None:
    """The slowest statements of a page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.force_login(large.created_by)
    browser.get(page)
    with CaptureQueriesContext(connection) as asked:
        browser.get(page)
    for query in sorted(asked.captured_queries, key=lambda query: -float(query["time"]))[:4]:
        sys.stdout.write(f"{query['time']} s: {query['sql'][:900]}\n\n")


def export(large: Study) -> None:
    """The large study as a bundle, and the memory it took beyond what the process had."""
    from readerstudy.results.bundle import export_bundle

    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start = time.perf_counter()
        out = export_bundle(large, Path(folder) / "bundle", by=large.created_by, masked=True)
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = sum(1 for _ in (out / "calls.csv").open()) - 1
    sys.stdout.write(
        f"bundle of {rows} answers: {took:.1f} s, peak {peak:.0f} MB (before: {before:.0f} MB)\n"
    )


def bench(size: Size, given: argparse.Namespace) -> int:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    large, draft = fill(size)
    filled = time.perf_counter() - start
    sys.stdout.write(
        f"{size.studies} studies, {size.images} images, {size.answers} answers: {filled:.0f} s\n"
    )
    if given.export:
        export(large)
    slow = measure(large, draft, given.rounds)
    for page in [*slow, *given.explain]:
        sys.stdout.write(f"-- {page}\n")
        explain(page, large)
    return int(bool(slow))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the studies, a fraction of the rows")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--export", action="store_true", help="measure the bundle, too")
    parser.add_argument("--explain", nargs="*", default=[], help="show the slowest statements of pages")
    given = parser.parse_args()
    from tests.postgresql import Cluster

    cluster = Cluster()
    with tempfile.TemporaryDirectory(prefix="readerstudy-bench-") as home:
        os.environ |= {
            "READERSTUDY_HOME": home,
            "DATABASE_URL": cluster.url,
            "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
        }
        try:
            return bench(QUICK if given.quick else FULL, given)
        finally:
            cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
