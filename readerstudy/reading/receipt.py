"""What was recorded of a reader: counts and times by section, and a number to keep. No truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Sum
from django.utils.translation import gettext

from readerstudy.audit.chain import digest_of_text
from readerstudy.reading.models import Response
from readerstudy.reading.stretch import Stretch
from readerstudy.reading.walk import Walk
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class Line:
    """One section of a receipt."""

    title: str
    practice: bool
    answered: int
    total: int
    first_at: datetime | None
    last_at: datetime | None
    active_minutes: int

    @property
    def says_practice(self) -> bool:
        """Whether it has to be said that this was practice; a title may say it already."""
        return self.practice and gettext("Practice").lower() not in self.title.lower()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The sections that were begun, and the digest over every answer in the order of arrival."""

    lines: tuple[Line, ...]
    number: str

    @property
    def answered(self) -> int:
        return sum(line.answered for line in self.lines if not line.practice)

    @property
    def active_minutes(self) -> int:
        return sum(line.active_minutes for line in self.lines)


def receipt_of(enrolment: Enrolment) -> Receipt:
    given = Response.objects.filter(enrolment=enrolment)
    times = given.values("presentation__section").annotate(
        first=Min("received_at"), last=Max("received_at"), active=Sum("active_ms")
    )
    of_section = {row["presentation__section"]: row for row in times}
    reached = (stretch for stretch in Walk(enrolment).stretches if stretch.answered or stretch.is_complete)
    lines = tuple(_line(stretch, of_section.get(stretch.section.pk, {})) for stretch in reached)
    whole = digest_of_text("\n".join(given.order_by("pk").values_list("digest", flat=True)))
    return Receipt(lines=lines, number="-".join(whole[i : i + 4] for i in range(0, 16, 4)))


def _line(stretch: Stretch, times: Mapping[str, Any]) -> Line:
    return Line(
        title=spoken(stretch.document.title),
        practice=stretch.section.practice,
        answered=stretch.answered,
        total=stretch.total,
        first_at=times.get("first"),
        last_at=times.get("last"),
        active_minutes=round((times.get("active") or 0) / 60_000),
    )
