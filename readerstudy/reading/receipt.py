"""What was recorded of a reader: counts and times by section, and a number to keep. No truth."""

from dataclasses import dataclass
from datetime import datetime

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
    reached = (stretch for stretch in Walk(enrolment).stretches if stretch.answered or stretch.is_complete)
    lines = tuple(_line(enrolment, stretch) for stretch in reached)
    digests = Response.objects.filter(enrolment=enrolment).order_by("pk").values_list("digest", flat=True)
    whole = digest_of_text("\n".join(digests))
    return Receipt(lines=lines, number="-".join(whole[i : i + 4] for i in range(0, 16, 4)))


def _line(enrolment: Enrolment, stretch: Stretch) -> Line:
    given = Response.objects.filter(enrolment=enrolment, presentation__section=stretch.section)
    sums = given.aggregate(first=Min("received_at"), last=Max("received_at"), active=Sum("active_ms"))
    return Line(
        title=spoken(stretch.document.title),
        practice=stretch.section.practice,
        answered=stretch.answered,
        total=stretch.total,
        first_at=sums["first"],
        last_at=sums["last"],
        active_minutes=round((sums["active"] or 0) / 60_000),
    )
