"""Eye tracking: codes for the laboratory before the reading, import of gaze tables after the unblinding.

A table names a reader by a code that is derived from the name secret for this purpose alone: it is in no
other export, and says nothing of person, arm, trial or image. Which trial was on the screen, and where its
images lay, is found by the clock and by what the reading page noted, and only after the unblinding.
"""

import csv
import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import isfinite
from typing import NamedTuple

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.models import Response
from readerstudy.results.errors import GazeTableWrong
from readerstudy.results.looking import Follower, notes_of
from readerstudy.results.models import Gaze, GazeTable
from readerstudy.results.spreadsheet import csv_text
from readerstudy.results.verify_gaze import IMPORTED, points_digest
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.pseudonyms import tag
from readerstudy.truth.secrets import name_key
from readerstudy.truth.unblind import require_unblinded

COLUMNS = ("code", "time", "x", "y")
MOST_BYTES = 64 * 1024 * 1024
#: Of what a tracker writes, no more than 50 samples a second are kept.
APART_MS = 20.0
#: A clock in seconds would be before this.
FIRST_MS = 1e12


class Point(NamedTuple):
    """Where the eyes were: milliseconds, and pixels of the image that they were on."""

    at_ms: float
    letter: str
    x: float
    y: float


@dataclass(frozen=True)
class Sample:
    """Milliseconds since 1970 by the clock of the reading computer, and pixels of its screen."""

    code: str
    ms: float
    x: float
    y: float


def gaze_codes(study: Study) -> list[tuple[str, str]]:
    """The code of each person who reads, by pseudonym: what the laboratory names its recordings by."""
    readers = Enrolment.objects.filter(study=study, program=False).readers().order_by("place")
    key = name_key(study, "gaze")
    return [(reader.pseudonym, tag(key, str(reader.pk))) for reader in readers if reader.pseudonym]


def codes_csv(study: Study) -> str:
    return csv_text([("reader", "code"), *gaze_codes(study)])


@transaction.atomic
def import_gaze(study: Study, content: bytes, *, by: User) -> GazeTable:
    """Keep what of a table was on an image. The same table again changes nothing."""
    require_unblinded(study)
    study = study.take_turn()
    digest = hashlib.sha256(content).hexdigest()
    done = GazeTable.objects.filter(study=study, digest=digest).first()
    if done is not None:
        return done
    codes = {code: pseudonym for pseudonym, code in gaze_codes(study)}
    samples = sorted(samples_in(content, codes), key=lambda sample: (sample.code, sample.ms))
    found: dict[int, list[Point]] = {}
    for code, own in groupby(samples, key=lambda sample: sample.code):
        found |= _placed(study, codes[code], list(own))
    placed = sum(map(len, found.values()))
    if not placed:
        raise GazeTableWrong(
            "No sample falls on an image while it was read. Times are milliseconds since 1970 by the clock "
            "of the reading computer, x and y pixels of its screen."
        )
    table = GazeTable.objects.create(study=study, digest=digest, by=by, samples=len(samples), placed=placed)
    Gaze.objects.bulk_create(
        [Gaze(table=table, response_id=response, points=points) for response, points in found.items()]
    )
    points = points_digest(found.items())
    particulars = {"samples": len(samples), "placed": placed, "digest": digest, "points": points}
    record(study.scope, IMPORTED, by=by, on=study, particulars=particulars)
    return table


def samples_in(content: bytes, codes: Mapping[str, str]) -> Iterator[Sample]:
    """The samples of a table; where the eyes were not found, x or y is empty."""
    if len(content) > MOST_BYTES:
        raise GazeTableWrong(f"A table has at most {MOST_BYTES >> 20} MB. Send a part at a time.")
    try:
        rows = csv.DictReader(content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise GazeTableWrong("The table is not UTF-8 text.") from error
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise GazeTableWrong(f"The table has no column {missing[0]}. It needs code, time, x and y.")
    for line, row in enumerate(rows, start=2):
        if (row["code"] or "") not in codes:
            raise GazeTableWrong(f"Line {line}: {row['code']!r} is no code of a reader of this study.")
        x, y = _number(row["x"], "x", line), _number(row["y"], "y", line)
        ms = _number(row["time"], "time", line)
        if ms is None or ms < FIRST_MS:
            raise GazeTableWrong(
                f"Line {line}: time has to be milliseconds since 1970, such as 1767225600000."
            )
        if x is not None and y is not None:
            yield Sample(row["code"], ms, x, y)


def _number(text: str | None, column: str, line: int) -> float | None:
    if not (text or "").strip():
        return None
    try:
        number = float(text or "")
    except ValueError as error:
        raise GazeTableWrong(f"Line {line}: {column} is {text!r}, which is no number.") from error
    return number if isfinite(number) else None


def _placed(study: Study, pseudonym: str, samples: Sequence[Sample]) -> dict[int, list[Point]]:
    """The samples of one reader by the answers during which they fell on an image."""
    canvas = study.lock.protocol.document.canvas
    times = [sample.ms for sample in samples]
    answers = Response.objects.counted().filter(
        presentation__section__study=study, enrolment__pseudonym=pseudonym, response_ms__gt=0
    )
    found = {}
    for answer in answers.prefetch_related("presentation__slots"):
        began = _began(answer)
        if began is None:
            continue
        page_came, clock = began
        end_ms = clock + float(answer.response_ms or 0)
        own = samples[bisect_right(times, page_came) : bisect_right(times, end_ms)]
        points = list(_on_images(answer, own, clock, canvas)) if own else []
        if points:
            found[answer.pk] = points
    return found


def _began(answer: Response) -> tuple[float, float] | None:
    """When the page came that took the answer, and when its clock began: milliseconds since 1970.

    After a reload the clock goes on where it was, and nobody knows how long the page was away.
    """
    try:
        shown = datetime.fromisoformat(str(answer.timing.get("shown_at"))).timestamp() * 1000
    except ValueError:
        return None
    notes = notes_of(answer.timing, float(answer.response_ms or 0))
    return shown, shown - max((at for at, kind, _, _ in notes if kind == "resumed"), default=0.0)


def _on_images(answer: Response, samples: Sequence[Sample], shown: float, canvas: Canvas) -> Iterator[Point]:
    letters = [slot.letter for slot in answer.presentation.slots.all()]
    follower = Follower(letters, canvas)
    notes = notes_of(answer.timing, float(answer.response_ms or 0))
    at, last = 0, -APART_MS
    for sample in samples:
        ms = sample.ms - shown
        while at < len(notes) and notes[at][0] <= ms:
            follower.take(*notes[at][1:])
            at += 1
        if ms - last < APART_MS:
            continue
        hit = follower.image_at(sample.x, sample.y)
        if hit is not None:
            last = ms
            yield Point(round(ms), hit[0], round(hit[1], 1), round(hit[2], 1))
