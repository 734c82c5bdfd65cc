"""What was recorded of a reader: counts and times by section, and a number to keep. No truth."""

import hashlib
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
from readerstudy.studies.models import Enrolment, Study


@dataclass(frozen=True, kw_only=True)
class Line:
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
    digests = given.order_by("pk").values_list("digest", flat=True)
    return Receipt(lines=lines, number=_number(digest_of_text("\n".join(digests))))


@dataclass(frozen=True, kw_only=True)
class Held:
    """Whose receipt it is, and how many of the answers that are recorded now it stands for."""

    reader: str
    answers: int
    recorded: int


def held_receipt(study: Study, number: str) -> Held | None:
    """Find the answers that a receipt stands for; None where answers that it stands for are not there.

    Answers that came after it was given leave it good, as it stands for those before.
    """
    wanted = _number("".join(number.lower().replace("-", "").split()))
    for enrolment in Enrolment.objects.filter(study=study).readers().order_by("place"):
        rows = Response.objects.filter(enrolment=enrolment).order_by("pk")
        digests = list(rows.values_list("digest", flat=True))
        so_far = hashlib.sha256()
        for count, digest in enumerate(digests, start=1):
            so_far.update(f"{'' if count == 1 else chr(10)}{digest}".encode())
            if _number(so_far.hexdigest()) == wanted:
                return Held(reader=enrolment.pseudonym, answers=count, recorded=len(digests))
    return None


def _number(digest: str) -> str:
    """The beginning of a digest, so short that it can be written down."""
    return "-".join(digest[i : i + 4] for i in range(0, 16, 4))


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
