"""How far the readers are. Counts and times only: nothing here knows a right answer."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Sum

from readerstudy.reading.models import Response
from readerstudy.studies.models import Enrolment, Study


@dataclass(frozen=True, kw_only=True)
class SectionProgress:
    name: str
    title: str
    answered: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True)
class ReaderProgress:
    """One reader: by section, with pace and the time of the last answer."""

    enrolment: Enrolment
    sections: tuple[SectionProgress, ...]
    seconds_a_trial: float | None
    last_answer: datetime | None

    @property
    def answered(self) -> int:
        return sum(section.answered for section in self.sections)

    @property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total) if self.total else 0


def progress_of(study: Study) -> list[ReaderProgress]:
    """Every current reader of a study, in three queries whatever the number of answers."""
    document = study.protocol.document
    answered: dict[tuple[int, str], int] = defaultdict(int)
    paces: dict[int, tuple[int, int]] = {}
    last: dict[int, datetime] = {}
    rows = (
        Response.objects.filter(presentation__section__study=study, revision=1)
        .values("enrolment_id", "presentation__section__name")
        .annotate(n=Count("pk"), ms=Sum("active_ms"), timed=Count("active_ms"), last=Max("received_at"))
    )
    for row in rows:
        reader = row["enrolment_id"]
        answered[reader, row["presentation__section__name"]] = row["n"]
        total_ms, timed = paces.get(reader, (0, 0))
        paces[reader] = (total_ms + (row["ms"] or 0), timed + row["timed"])
        last[reader] = max(last.get(reader, row["last"]), row["last"])
    readers = (
        Enrolment.objects.filter(study=study)
        .readers()
        .current()
        .select_related("user", "invitation__claim", "invitation__revocation")
        .order_by("place")
    )
    return [
        ReaderProgress(
            enrolment=reader,
            sections=tuple(
                SectionProgress(
                    name=section.name,
                    title=section.title,
                    answered=answered[reader.pk, section.name],
                    total=section.read_by_each,
                )
                for section in document.sections
            ),
            seconds_a_trial=_pace(paces.get(reader.pk)),
            last_answer=last.get(reader.pk),
        )
        for reader in readers
    ]


def _pace(times: tuple[int, int] | None) -> float | None:
    if times is None or not times[1]:
        return None
    return times[0] / times[1] / 1000
