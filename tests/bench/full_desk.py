"""A platform of its own on PostgreSQL, filled as years of use would: a study's rows multiplied by SQL."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readerstudy.studies.models import Section, Study

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


@contextmanager
def a_platform(*, durable: bool = False, database: str = "postgresql") -> Iterator[None]:
    """An empty one, whose database and files are gone afterwards; `durable`: it waits for the disk."""
    from tests.postgresql import Cluster

    cluster = Cluster(durable=durable) if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="readerstudy-bench-") as home:
        os.environ |= {
            "READERSTUDY_HOME": home,
            "DATABASE_URL": cluster.url if cluster else "",
            "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
        }
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield
        finally:
            if cluster:
                cluster.stop()


def sql(statement: str, *parameters: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def images_in_storage(count: int) -> list[int]:
    from readerstudy.imaging.canvas import Canvas
    from readerstudy.imaging.files import key_of
    from readerstudy.imaging.models import Image
    from readerstudy.imaging.normalise import digest_of
    from readerstudy.imaging.storage import image_storage

    rng, canvas = np.random.default_rng(1), Canvas(width=16, height=16, bits=8)
    rows = []
    folder = Path(image_storage().path(""))
    for _ in range(count):
        pixels = rng.integers(0, 256, 256, np.uint8).tobytes()
        digest = digest_of(pixels, canvas)
        path = folder / key_of(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pixels)
        rows.append(Image(digest=digest, width=16, height=16, bits=8))
    return [row.pk for row in Image.objects.bulk_create(rows, 2_000)]


def a_study(name: str, trials: int, readers: int, images: list[int], owner: Any) -> Study:
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
#: Every fifth answer says why, and every second of those where.
REASONS = """
INSERT INTO reading_reason (response_id, slot_id, tag, x, y)
SELECT r.id, s.id, 'noise', CASE WHEN r.id %% 10 = 0 THEN 8 END, CASE WHEN r.id %% 10 = 0 THEN 8 END
FROM reading_response r JOIN reading_slot s ON s.presentation_id = r.presentation_id
JOIN reading_presentation p ON p.id = r.presentation_id WHERE p.section_id = %s AND r.id %% 5 = 0"""


def unblind(study: Study) -> None:
    """Frozen and unblinded, as the verbs would have left it without hashing every answer."""
    from readerstudy.studies.models import Freeze
    from readerstudy.truth.models import Unblinding, UnblindingRequest

    said: dict[str, Any] = {"study": study, "by": study.created_by, "reason": "bench"}
    Freeze.objects.create(**said, data_digest="0" * 64, responses=0)
    Unblinding.objects.create(**said, request=UnblindingRequest.objects.create(**said))


def read(study: Study, trials: int, readers: int, owner: Any) -> None:
    """Plan, lock and answers, written as the platform's verbs would have left them."""
    section = plan_and_people(study, trials, readers, owner)
    sql(PRESENTATIONS, section.pk, readers, section.pk)
    sql(SLOTS, section.pk)
    lock(study, readers, owner)
    sql(RESPONSES, study.pk, section.pk)
    sql(REASONS, section.pk)
    sql(TALLIES, section.pk, section.pk)
    sql(CHOICES, section.pk, section.pk)
    sql(SITTINGS, study.pk)
    sql(ACTIVITIES, trials // 10, study.pk)


def plan_and_people(study: Study, trials: int, readers: int, owner: Any) -> Section:
    """Trials, keys and readers, on any database; presentations are still missing."""
    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Enrolment, Role, Section, Trial, TrialImage
    from readerstudy.truth.models import Key, Provenance

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
    return section


def lock(study: Study, readers: int, owner: Any) -> None:
    """Nothing of what a plan consists of changes after it."""
    from readerstudy.studies.models import Lock
    from readerstudy.truth.models import Plan

    digest = "0" * 64
    Plan.objects.create(
        study=study,
        protocol_digest=study.protocol.digest,
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
