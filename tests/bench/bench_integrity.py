"""What it costs to hold a study against its log, which every export does first.

    python tests/bench/bench_integrity.py [--answers 100000]

One study of quartets, each answer a pick and four ratings, with an event for each. Prints seconds and memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

READERS = 20
SECTION = """
[[sections]]
name = "quartets"
task = "pick_real"
trials = {trials}
compose = {{ hospital-canary = 1, checkpoint-canary = 2, gan-canary = 1 }}
rate = true
"""


def fill(answers: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.readerstudy.factory import a_locked_study, enrol, protocol_text

    text = protocol_text(sections=SECTION.format(trials=answers // READERS)).replace(
        "places = 4", f"places = {READERS}"
    )
    made = a_locked_study(text, readers=())
    for place in range(1, READERS + 1):
        read(enrol(made, f"reader{place}", place))
    from readerstudy.results.freeze import freeze_study

    freeze_study(made.study, by=made.owner, reason="bench")


def read(enrolment: object) -> None:
    """Every answer of a reader and its event, written at once instead of one by one."""
    from django.utils import timezone

    from readerstudy.audit.chain import digest_of, seal_of
    from readerstudy.audit.models import GENESIS, Event, Stream
    from readerstudy.reading.models import Presentation, Rating, Response
    from readerstudy.reading.stored_answers import VERSION, stored_answers

    shown = Presentation.objects.of(enrolment).select_related("section").prefetch_related("slots")  # type: ignore[arg-type]
    given = Response.objects.bulk_create(
        Response(
            presentation=one,
            enrolment=enrolment,
            client_uuid=uuid4(),
            digest="0" * 64,
            pick=one.slots.all()[0],
            response_ms=9_000,
            active_ms=8_000,
        )
        for one in shown
    )
    Rating.objects.bulk_create(
        Rating(response=response, slot=slot, points=1 + slot.position % 4)
        for response in given
        for slot in response.presentation.slots.all()
    )
    stream = Stream.objects.create(name=enrolment.stream, scope=enrolment.stream.split("/")[0])  # type: ignore[attr-defined]
    events, head = [], GENESIS
    for number, stored in enumerate(stored_answers(enrolment), start=1):  # type: ignore[arg-type]
        event = Event(
            stream=stream,
            number=number,
            at=timezone.now(),
            by=enrolment.user,  # type: ignore[attr-defined]
            verb="answer given",
            subject=f"reading.response:{stored.pk}",
            particulars={
                "section": stored.section,
                "order": stored.order,
                "revision": stored.revision,
                "answer": stored.digest(VERSION),
                "version": VERSION,
            },
            previous=head,
        )
        head = event.digest = digest_of(event, stream=stream.name)
        events.append(event)
    Event.objects.bulk_create(events, 2_000)
    stream.length, stream.head = len(events), head
    stream.seal = seal_of(stream)
    stream.save()


def measure() -> None:
    from readerstudy.results.verify_study import verify_study
    from readerstudy.studies.models import Freeze, Study

    study = Study.objects.get()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, cpu = time.perf_counter(), time.process_time()
    found = list(verify_study(study))
    took, used = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert not found, found[:3]
    count = Freeze.objects.get().responses
    sys.stdout.write(
        f"{count:,} answers: {took:.1f} s ({used:.1f} s of processor), "
        f"{before:.0f} MB before, {peak:.0f} MB at most\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.measure:
        os.environ["READERSTUDY_HOME"] = tempfile.mkdtemp(prefix="readerstudy-bench-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "readerstudy.settings"
    import django

    django.setup()
    if asked.measure:
        measure()
        return
    fill(asked.answers)
    import subprocess

    subprocess.run([sys.executable, __file__, "--measure"], check=True)


if __name__ == "__main__":
    main()
