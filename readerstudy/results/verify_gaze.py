"""Hold imported gaze tables against the log: the tables, and the points that are kept of each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from readerstudy.audit.chain import digest_of_json
from readerstudy.audit.compare import differences
from readerstudy.audit.models import Event
from readerstudy.results.models import Gaze, GazeTable
from readerstudy.studies.models import Study
from readerstudy.studies.verify_people import Facts

IMPORTED = "gaze imported"


def points_digest(found: Iterable[tuple[int, Sequence[Sequence[Any]]]]) -> str:
    """Name the points of a table, each with the answer during which it was."""
    kept = [
        [response, [[int(ms), letter, float(x), float(y)] for ms, letter, x, y in points]]
        for response, points in sorted(found, key=lambda one: one[0])
    ]
    return digest_of_json(kept)


def verify_gaze(study: Study) -> Iterator[str]:
    yield from differences("gaze table", _tables(study), _told(study))


def _tables(study: Study) -> Facts:
    return {
        table.digest: {
            "samples": table.samples,
            "placed": table.placed,
            "by": table.by_id,
            "points": points_digest(Gaze.objects.filter(table=table).values_list("response_id", "points")),
        }
        for table in GazeTable.objects.filter(study=study)
    }


def _told(study: Study) -> Facts:
    events = Event.objects.filter(stream__name=study.scope, verb=IMPORTED).order_by("number")
    return {said["digest"]: {**said, "by": by} for said, by in events.values_list("particulars", "by")}
